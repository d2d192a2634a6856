import { setTimeout as delay } from 'node:timers/promises';
import { readEvents } from './event-stream.ts';
import type { JobStatus } from './model.ts';
import type { CallOptions, Transport } from './transport.ts';
import { TributaryError } from './tributary-error.ts';

/** How far a job has come; the numbers only rise. */
export interface JobProgress {
  readonly status: JobStatus;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Read again and found unchanged. */
  readonly kept: number;
  /** Given by the source and not taken. */
  readonly failed: number;
  /** Entities met so far by record type. */
  readonly encountered: Readonly<Record<string, number>>;
  readonly error: string | null;
}

interface ProgressEvent {
  readonly type?: string;
  readonly status?: JobStatus;
  readonly inserted?: number;
  readonly updated?: number;
  readonly deleted?: number;
  readonly kept?: number;
  readonly skipped?: number;
  readonly entities_encountered?: Readonly<Record<string, number>>;
  readonly error?: string | null;
}

const RECONNECTS = 5;
const RECONNECT_WAIT_MS = 500;

const ended: ReadonlySet<string> = new Set<JobStatus>(['completed', 'failed', 'cancelled']);

/** Whether a job in this state will not change any more. */
export function hasEnded(status: JobStatus): boolean {
  return ended.has(status);
}

/**
 * The events of a job until it has ended. When the stream breaks it is opened again after the last event that came
 * (`Last-Event-ID`), so nothing is missed and nothing comes twice; five breaks in a row without an event are an error.
 */
export async function* followJob(
  transport: Transport,
  jobId: string,
  options: CallOptions,
): AsyncGenerator<JobProgress, void> {
  let lastId: string | undefined;
  for (let broken = 0; broken <= RECONNECTS; broken += 1) {
    if (broken > 0)
      await delay(RECONNECT_WAIT_MS * broken, undefined, options.signal ? { signal: options.signal } : {});
    try {
      for await (const event of openStream(transport, jobId, lastId, options)) {
        broken = 0;
        lastId = event.id ?? lastId;
        const progress = toProgress(event.data);
        if (progress === undefined) continue;
        yield progress;
        if (hasEnded(progress.status)) return;
      }
    } catch (error) {
      if (options.signal?.aborted || !isBreak(error)) throw error;
    }
  }
  throw new TributaryError({
    kind: 'network',
    status: 0,
    code: 'stream_broken',
    message: `The progress of job ${jobId} could not be followed: the stream broke ${RECONNECTS + 1} times in a row.`,
  });
}

async function* openStream(transport: Transport, jobId: string, lastId: string | undefined, options: CallOptions) {
  const response = await transport.open({
    method: 'GET',
    path: `/v1/sync/job/${encodeURIComponent(jobId)}/subscribe`,
    headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
    signal: options.signal,
  });
  if (response.body) yield* readEvents(response.body);
}

/** Answers that tell of a wrong request will not become right by asking again. */
function isBreak(error: unknown): boolean {
  if (!(error instanceof TributaryError)) return true;
  return error.status === 0 || error.status === 429 || error.status >= 500;
}

function toProgress(data: string): JobProgress | undefined {
  const event = JSON.parse(data) as ProgressEvent;
  if (event.status === undefined) return undefined;
  return {
    status: event.status,
    inserted: event.inserted ?? 0,
    updated: event.updated ?? 0,
    deleted: event.deleted ?? 0,
    kept: event.kept ?? 0,
    failed: event.skipped ?? 0,
    encountered: event.entities_encountered ?? {},
    error: event.error ?? null,
  };
}
