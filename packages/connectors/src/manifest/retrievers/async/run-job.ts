import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Clock } from '../../../kit/context.ts';
import { LONGEST_WAIT_MS } from '../../../kit/rate-budget.ts';
import type { ManifestResponse } from '../../model/request.ts';
import type { JobStatus } from './job-status.ts';
import type { JobTracker } from './job-tracker.ts';

/** What a job says of itself when it is asked. */
export interface PolledJob {
  readonly status: JobStatus;
  readonly response: ManifestResponse;
}

/** The requests of a job. `undefined` means that error handling has ignored the answer: there is nothing to have. */
export interface JobRequests {
  create(): Promise<ManifestResponse | undefined>;
  poll(creation: ManifestResponse): Promise<PolledJob | undefined>;
  /** Tells the source to stop; never throws. */
  abort(creation: ManifestResponse): Promise<void>;
}

export interface JobRules {
  readonly tracker: JobTracker;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long one attempt may run, in milliseconds. */
  readonly timeoutMs: number;
  /** How long to wait before a job that the source reported as failed is asked for again, in milliseconds. */
  readonly failedWaitMs: number;
  /** For messages: which stream. */
  readonly stream: string;
}

export interface CompletedJob {
  readonly creation: ManifestResponse;
  readonly polling: ManifestResponse;
}

const POLL_MS = 5000;
const MOST_ATTEMPTS = 3;

/** How an attempt went that gave nothing, and what to say when it was the last. */
interface Lost {
  readonly type: 'failed' | 'timeout' | 'not_created';
  readonly error: ConnectorError;
}

type Attempt = { readonly type: 'completed'; readonly job: CompletedJob } | { readonly type: 'nothing' } | Lost;

/**
 * Starts a job, asks every five seconds what it is doing, and resolves when it is done; `undefined` when it was skipped or
 * ignored. Jobs that fail or run out of time are started anew, three times in all; those that run out of time are aborted.
 * A place of the tracker is held from creation to the last answer, and not during waits between attempts. Throws
 * `ConnectorError`. Source: the CDK's `job_orchestrator.py`.
 */
export async function runJob(requests: JobRequests, rules: JobRules): Promise<CompletedJob | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const release = await rules.tracker.acquire(rules.signal);
    let result: Attempt;
    try {
      result = await attemptJob(requests, rules);
    } finally {
      release();
    }
    if (result.type === 'completed') return result.job;
    if (result.type === 'nothing') return undefined;
    if (attempt === MOST_ATTEMPTS) throw result.error;
    await waitFor(result.type === 'failed' ? Math.max(POLL_MS, rules.failedWaitMs) : POLL_MS, rules);
  }
}

async function attemptJob(requests: JobRequests, rules: JobRules): Promise<Attempt> {
  let creation: ManifestResponse | undefined;
  try {
    creation = await requests.create();
  } catch (error) {
    if (isWorthAnother(error)) return { type: 'not_created', error };
    throw error;
  }
  if (!creation) return { type: 'nothing' };
  try {
    return await followJob(creation, requests, rules);
  } catch (error) {
    // Nobody asks for this job any more; it must not go on at the source.
    if (!rules.signal.aborted) await requests.abort(creation);
    throw error;
  }
}

async function followJob(creation: ManifestResponse, requests: JobRequests, rules: JobRules): Promise<Attempt> {
  const { clock, signal, timeoutMs, stream } = rules;
  const startedAt = clock.now();
  for (;;) {
    const polled = await requests.poll(creation);
    if (!polled || polled.status === 'skipped') return { type: 'nothing' };
    if (polled.status === 'completed') return { type: 'completed', job: { creation, polling: polled.response } };
    if (polled.status === 'failed') {
      return { type: 'failed', error: lost('invalid_answer', stream, 'the source reported that it failed') };
    }
    const isLate = clock.now() - startedAt >= timeoutMs;
    if (isLate || polled.status === 'timeout') {
      await requests.abort(creation);
      const why = isLate ? `it was not done after ${timeoutMs / 60_000} minutes` : 'the source reported a timeout';
      return { type: 'timeout', error: lost('unavailable', stream, why) };
    }
    await clock.sleep(POLL_MS, signal);
  }
}

/** Creation that failed may succeed at the next try, unless settings or credentials are wrong or a long wait is asked for. */
function isWorthAnother(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError)) return false;
  return error.reason === 'unavailable' || error.reason === 'invalid_answer';
}

/** Sleeps in pieces, as no wait of ours is longer than `LONGEST_WAIT_MS` in one piece. */
async function waitFor(ms: number, { clock, signal }: JobRules): Promise<void> {
  const until = clock.now() + ms;
  for (let left = ms; left > 0; left = until - clock.now()) await clock.sleep(Math.min(left, LONGEST_WAIT_MS), signal);
}

const lost = (reason: 'invalid_answer' | 'unavailable', stream: string, why: string): ConnectorError =>
  new ConnectorError(
    reason,
    `The stream "${stream}" had its job started ${MOST_ATTEMPTS} times and got no result: at the last time ${why}. ` +
      'Look at the job at the source; if it needs longer, raise "polling_job_timeout" of the manifest.',
  );
