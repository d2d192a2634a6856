import { setTimeout as delay } from 'node:timers/promises';
import type { CreateOptions } from './collections.ts';
import { followJob, hasEnded, type JobProgress } from './follow-job.ts';
import type {
  Job,
  JsonObject,
  SourceConnection,
  SourceConnectionCreate,
  SourceConnectionListItem,
  SourceConnectionUpdate,
} from './model.ts';
import { eachItem, type ListOptions } from './pages.ts';
import type { CheckResult, JobFailure, SourceConnectionOnConnection, SourceConnectionState } from './native-model.ts';
import type { Preview, Selection, SelectionInput, SourceSchema } from './selection-model.ts';
import type { CallOptions, Transport } from './transport.ts';
import { TributaryError } from './tributary-error.ts';

const documented = (id?: string) =>
  id === undefined ? '/v1/source-connections' : `/v1/source-connections/${encodeURIComponent(id)}`;
const native = (id: string) => `/tributary/v1/source-connections/${encodeURIComponent(id)}`;

/** Standing orders: which source is read into which collection, and when; and the jobs that carry them out. */
export class SourceConnections {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Checks the source live, stores the order, and starts its first job unless told otherwise. */
  create(input: SourceConnectionCreate, options: CreateOptions = {}): Promise<SourceConnection> {
    return this.#transport.json({
      method: 'POST',
      path: documented(),
      body: input,
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  /** Reads through a connection of a project that is there already; throws `not_found` without one of the name. */
  createOnConnection(input: SourceConnectionOnConnection, options: CallOptions = {}): Promise<SourceConnectionState> {
    const path = '/tributary/v1/source-connections';
    return this.#transport.json({ method: 'POST', path, body: input, signal: options.signal });
  }

  /** Tries configuration and credentials, and lists what could be read; nothing is saved. */
  check(
    input: { readonly shortName: string; readonly config?: JsonObject; readonly credentials?: JsonObject },
    options: CallOptions = {},
  ): Promise<CheckResult> {
    const path = '/tributary/v1/source-connections/check';
    return this.#transport.json({ method: 'POST', path, body: input, signal: options.signal });
  }

  /** The first records of each stream as they would be stored under a selection; nothing is saved. */
  preview(
    input: {
      readonly shortName: string;
      readonly config?: JsonObject;
      readonly credentials?: JsonObject;
      readonly selection?: SelectionInput;
    },
    options: CallOptions = {},
  ): Promise<Preview> {
    const path = '/tributary/v1/source-connections/preview';
    return this.#transport.json({ method: 'POST', path, body: input, signal: options.signal });
  }

  /** Every source connection, newest first; pages are fetched as they are needed. */
  list(options: ListOptions & { readonly collection?: string } = {}): AsyncGenerator<SourceConnectionListItem, void> {
    return eachItem(this.#transport, documented(), { collection: options.collection }, options);
  }

  get(id: string, options: CallOptions = {}): Promise<SourceConnection> {
    return this.#transport.json({ method: 'GET', path: documented(id), signal: options.signal });
  }

  update(id: string, change: SourceConnectionUpdate, options: CallOptions = {}): Promise<SourceConnection> {
    return this.#transport.json({ method: 'PATCH', path: documented(id), body: change, signal: options.signal });
  }

  /** Deletes the order and everything that it read; gives it as it was. */
  delete(id: string, options: CallOptions = {}): Promise<SourceConnection> {
    return this.#transport.json({ method: 'DELETE', path: documented(id), signal: options.signal });
  }

  /** Starts a job; `full` forgets the cursors and reads everything again. Throws `conflict` while another is going. */
  run(id: string, options: CreateOptions & { readonly full?: boolean } = {}): Promise<Job> {
    return this.#transport.json({
      method: 'POST',
      path: `${documented(id)}/run`,
      query: { force_full_sync: options.full },
      idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
      signal: options.signal,
    });
  }

  /** The newest jobs first; `limit` is 1 to 1,000, default 100. */
  jobs(id: string, options: CallOptions & { readonly limit?: number } = {}): Promise<readonly Job[]> {
    const query = { limit: options.limit };
    return this.#transport.json({ method: 'GET', path: `${documented(id)}/jobs`, query, signal: options.signal });
  }

  job(id: string, jobId: string, options: CallOptions = {}): Promise<Job> {
    return this.#transport.json({ method: 'GET', path: jobPath(documented(id), jobId), signal: options.signal });
  }

  /** A pending job ends at once, a running one within seconds. Throws `conflict` when it has ended already. */
  cancel(id: string, jobId: string, options: CallOptions = {}): Promise<Job> {
    const path = `${jobPath(documented(id), jobId)}/cancel`;
    return this.#transport.json({ method: 'POST', path, signal: options.signal });
  }

  /** Proves by the claim token that it was you who began an authorization; the first sync starts. */
  verifyOAuth(id: string, claimToken: string, options: CallOptions = {}): Promise<SourceConnection> {
    const path = `${documented(id)}/verify-oauth`;
    return this.#transport.json({
      method: 'POST',
      path,
      body: { claim_token: claimToken },
      signal: options.signal,
    });
  }

  /** A new link (`auth.auth_url`), where nobody has allowed access yet or the grant is gone; the old one is dead. */
  reinitiateOAuth(id: string, options: CallOptions = {}): Promise<SourceConnection> {
    return this.#transport.json({ method: 'POST', path: `${documented(id)}/reinitiate-oauth`, signal: options.signal });
  }

  /** Keeps the schedule from starting jobs. */
  pause(id: string, options: CallOptions = {}): Promise<SourceConnectionState> {
    return this.#transport.json({ method: 'POST', path: `${native(id)}/pause`, signal: options.signal });
  }

  resume(id: string, options: CallOptions = {}): Promise<SourceConnectionState> {
    return this.#transport.json({ method: 'POST', path: `${native(id)}/resume`, signal: options.signal });
  }

  /** Lets a sweep that was held back delete what the source no longer lists, and starts it. */
  confirmSweep(id: string, options: CallOptions = {}): Promise<SourceConnectionState> {
    return this.#transport.json({ method: 'POST', path: `${native(id)}/sweep/confirm`, signal: options.signal });
  }

  /** The status on its four axes, with the tasks that wait for a person. */
  status(id: string, options: CallOptions = {}): Promise<SourceConnectionState> {
    return this.#transport.json({ method: 'GET', path: `${native(id)}/status`, signal: options.signal });
  }

  /** Which streams are read, what is done to fields, and what becomes of new ones. */
  selection(id: string, options: CallOptions = {}): Promise<Selection> {
    return this.#transport.json({ method: 'GET', path: `${native(id)}/selection`, signal: options.signal });
  }

  /**
   * Replaces the selection as a whole; the next job reads anew what it concerns. With `ifVersion`, throws `stale` when the
   * stored version is another.
   */
  setSelection(
    id: string,
    selection: SelectionInput,
    options: CallOptions & { readonly ifVersion?: number } = {},
  ): Promise<Selection> {
    const { ifVersion, signal } = options;
    return this.#transport.json({
      method: 'PUT',
      path: `${native(id)}/selection`,
      body: selection,
      ...(ifVersion !== undefined && { headers: { 'if-match': `"${ifVersion}"` } }),
      signal,
    });
  }

  /** The streams and fields of the source, and how they have changed. */
  schema(id: string, options: CallOptions = {}): Promise<SourceSchema> {
    return this.#transport.json({ method: 'GET', path: `${native(id)}/schema`, signal: options.signal });
  }

  /** Lets in what is held: all, or of the named streams. Throws `conflict` when nothing is. */
  acceptSchema(
    id: string,
    options: CallOptions & { readonly streams?: readonly string[] } = {},
  ): Promise<SourceSchema> {
    const { streams, signal } = options;
    const body = streams ? { streams } : {};
    return this.#transport.json({ method: 'POST', path: `${native(id)}/schema/accept`, body, signal });
  }

  /** The first records of each stream as they would be stored, under the stored selection or another one. */
  previewOf(id: string, options: CallOptions & { readonly selection?: SelectionInput } = {}): Promise<Preview> {
    const { selection, signal } = options;
    const body = selection ? { selection } : {};
    return this.#transport.json({ method: 'POST', path: `${native(id)}/preview`, body, signal });
  }

  /** The records that a job could not take. */
  failures(
    id: string,
    jobId: string,
    options: CallOptions & { readonly skip?: number; readonly limit?: number } = {},
  ): Promise<readonly JobFailure[]> {
    const { signal, ...query } = options;
    return this.#transport.json({ method: 'GET', path: `${jobPath(native(id), jobId)}/failures`, query, signal });
  }

  /** The progress of a job as it happens, until it has ended. */
  follow(jobId: string, options: CallOptions = {}): AsyncGenerator<JobProgress, void> {
    return followJob(this.#transport, jobId, options);
  }

  /**
   * Resolves when the job has ended, in whatever way; look at its `status`.
   * Asks every `intervalMs` (default 500) and throws `timeout` after `timeoutMs` (default: never).
   */
  async waitForJob(
    id: string,
    jobId: string,
    options: CallOptions & { readonly intervalMs?: number; readonly timeoutMs?: number } = {},
  ): Promise<Job> {
    const { signal, intervalMs = 500, timeoutMs = Infinity } = options;
    const start = performance.now();
    for (;;) {
      const job = await this.job(id, jobId, { signal });
      if (hasEnded(job.status)) return job;
      if (performance.now() - start + intervalMs > timeoutMs) throw notInTime(job, timeoutMs);
      await delay(intervalMs, undefined, signal ? { signal } : {});
    }
  }
}

function jobPath(base: string, jobId: string): string {
  return `${base}/jobs/${encodeURIComponent(jobId)}`;
}

function notInTime(job: Job, timeoutMs: number): TributaryError {
  const message = `Job ${job.id} was still ${job.status} after ${timeoutMs} ms.`;
  return new TributaryError({ kind: 'timeout', status: 0, code: 'timeout', message });
}
