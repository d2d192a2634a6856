import type { Logger } from '@tributary/connectors/kit/context';
import type { Counts, SettleJob } from '../collection-store/port.ts';
import { CollectionGoneError, FencedError } from '../collection-store/port.ts';
import type { ControlStore } from '../control/database.ts';
import type { StopReason, SyncOutcome, SyncProgress } from '../engine/outcome.ts';
import type { SchemaReport } from '../engine/schema-keeper.ts';
import { AppError } from '../errors.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { failpoint } from '../lib/failpoints.ts';
import type { JobId } from '../lib/ids.ts';
import type { ClaimedJob } from './claim.ts';
import type { Finished } from './finish.ts';
import { finishJob } from './finish.ts';
import type { Lease } from './job-row.ts';
import { keepSchema } from './keep-schema.ts';
import { isHeld, raiseFence, setCounts, STALLED_ATTEMPTS } from './leases.ts';

/** Runs one attempt of a job; made by `createExecute` in `run-job.ts`. */
export type ExecuteJob = (
  job: ClaimedJob,
  options: {
    /** Aborted with a `StopReason`. */
    readonly signal: AbortSignal;
    readonly onProgress: (progress: SyncProgress) => void;
    /** Call it with the collection store's fence, before the first page; rejects when the lease is lost. */
    readonly onClaimed: (fence: number) => Promise<void>;
    /** Keeps what the job found out of the source's schema; `false` when it could not be kept. */
    readonly onSchema: (report: SchemaReport) => Promise<boolean>;
  },
) => Promise<SyncOutcome>;

export interface RunningJobDeps {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly execute: ExecuteJob;
  readonly settle: SettleJob;
  readonly owner: string;
  /** How long a stopped run may take to let go before its end is written without it. */
  readonly graceMs: number;
  /** Hears that events of the job were committed. */
  readonly onEvents?: (jobId: JobId) => void;
}

const PROGRESS_EVERY_MS = 250;
const RETRY = { firstMs: 50, maxMs: 2_000 };
/** An end that cannot be written for so long is left to whoever takes the lease. */
const WRITE_WITHIN_MS = 60_000;
const NO_COUNTS: Counts = { inserted: 0, updated: 0, kept: 0, deleted: 0, failed: 0, chunks: 0 };

/** One claimed job in this process: runs it, copies its progress, stops it, and writes its end once. */
export class RunningJob {
  readonly job: ClaimedJob;
  /** Ends when the run has let go of everything and its end is written. */
  readonly settled: Promise<void>;
  /** Ends when there is no lease any more: the end is written, or somebody else decides. */
  readonly released: Promise<void>;
  readonly #deps: RunningJobDeps;
  readonly #controller = new AbortController();
  readonly #over = new AbortController();
  #lease: Lease;
  #leaseUntil: number;
  #latest: SyncProgress | undefined;
  #writing: Promise<void> | undefined;
  readonly #released = Promise.withResolvers<void>();
  #stalledAttempts: number | undefined;
  #ended = false;
  #written = false;
  #finished: Finished | undefined;

  constructor(deps: RunningJobDeps, job: ClaimedJob) {
    this.#deps = deps;
    this.job = job;
    this.#lease = { jobId: job.id, owner: deps.owner, fence: job.fence };
    this.#leaseUntil = job.leaseUntil;
    this.released = this.#released.promise;
    this.settled = this.#run();
  }

  /** The lease to renew; `undefined` when the end is written or the lease is lost. */
  get lease(): Lease | undefined {
    return this.#written || this.#controller.signal.reason === 'fenced' ? undefined : this.#lease;
  }

  get leaseUntil(): number {
    return this.#leaseUntil;
  }

  /** How the job went on, once it has. */
  get finished(): Finished | undefined {
    return this.#finished;
  }

  renewed(until: number): void {
    this.#leaseUntil = until;
  }

  /**
   * Asks the run to stop. When it does not let go in time, its end is written without it: the fence of the next claim
   * keeps what it still does out of the store.
   */
  stop(reason: StopReason): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort(reason);
    if (reason === 'fenced') return this.#released.resolve();
    const { clock, graceMs, log } = this.#deps;
    clock.sleep(graceMs, this.#over.signal).then(
      () => {
        log.warn({ jobId: this.job.id, reason }, 'a run does not stop; its end is written without it');
        return this.#end({ type: reason, counts: this.#latest?.counts ?? NO_COUNTS });
      },
      () => undefined,
    );
  }

  async #run(): Promise<void> {
    const outcome = await this.#execute();
    this.#over.abort();
    await this.#end(outcome);
    await this.released;
  }

  async #execute(): Promise<SyncOutcome> {
    try {
      return await this.#deps.execute(this.job, {
        signal: this.#controller.signal,
        onProgress: (progress) => this.#progress(progress),
        onClaimed: (fence) => this.#claimed(fence),
        onSchema: (report) => this.#keepSchema(report),
      });
    } catch (error) {
      return this.#outcomeOf(error);
    }
  }

  async #claimed(fence: number): Promise<void> {
    failpoint('claim.before-control-fence');
    const raised = await raiseFence(this.#deps.control.db, this.#lease, fence);
    if (!raised) throw new FencedError('the lease was lost before the first page');
    this.#lease = raised;
    failpoint('claim.after-control-fence');
  }

  async #keepSchema(report: SchemaReport): Promise<boolean> {
    const { control, clock, log } = this.#deps;
    try {
      return await control.transaction((tx) => keepSchema(tx, this.#lease, report, clock.now()));
    } catch (error) {
      // The next job finds the same, and says it again.
      log.warn({ jobId: this.job.id, error }, 'what is known of a source could not be written');
      return false;
    }
  }

  #outcomeOf(error: unknown): SyncOutcome {
    const counts = this.#latest?.counts ?? NO_COUNTS;
    const reason = this.#controller.signal.reason as StopReason | undefined;
    if (error instanceof FencedError || reason === 'fenced') return { type: 'fenced' };
    if (error instanceof CollectionGoneError) return { type: 'cancelled', counts };
    if (reason !== undefined) return { type: reason, counts };
    this.#deps.log.warn({ jobId: this.job.id, attempt: this.job.attempt, error }, 'an attempt of a job broke');
    this.#stalledAttempts = this.job.stalledAttempts + 1;
    return outcomeOfFault(error, this.#stalledAttempts, counts, this.#deps.clock.now());
  }

  #progress(progress: SyncProgress): void {
    this.#latest = progress;
    this.#writing ??= this.#writeProgress().finally(() => (this.#writing = undefined));
  }

  /** Writes the newest progress until there is none newer, never more than four times a second. */
  async #writeProgress(): Promise<void> {
    const { control, clock, log } = this.#deps;
    for (let written: SyncProgress | undefined; !this.#ended && written !== this.#latest;) {
      const { lease } = this;
      if (!lease || !this.#latest) return;
      written = this.#latest;
      const progress = written;
      try {
        failpoint('progress.before-begin');
        const held = await control.transaction(async (tx) => {
          const set = await setCounts(tx, lease, progress, clock.now());
          failpoint('progress.before-commit');
          return set;
        });
        failpoint('progress.after-commit');
        if (held) this.#deps.onEvents?.(this.job.id);
        else if (lease === this.lease) this.stop('fenced');
      } catch (error) {
        // The store's own counts are the truth; the next progress brings them again.
        log.warn({ jobId: this.job.id, error }, 'progress of a job could not be written');
      }
      await clock.sleep(PROGRESS_EVERY_MS, this.#over.signal).catch(() => undefined);
    }
  }

  async #end(outcome: SyncOutcome): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#writing;
    if (this.#controller.signal.reason !== 'fenced') await this.#writeEnd(outcome, await this.#settle(outcome));
    this.#written = true;
    this.#released.resolve();
  }

  /**
   * The collection store's counts. An attempt that broke off does not know them: its last page may have been committed
   * unheard, or it may have ended before it was told what earlier attempts had done.
   */
  async #settle(outcome: SyncOutcome): Promise<Counts | undefined> {
    if (outcome.type === 'completed') return undefined;
    const { control, settle, log } = this.#deps;
    const { collectionId, sourceConnectionId } = this.job;
    try {
      if (!(await isHeld(control.db, this.#lease))) return undefined;
      return await settle({ ...this.#lease, collectionId, sourceConnectionId });
    } catch (error) {
      log.warn({ jobId: this.job.id, error }, 'the counts of a job could not be read at its end');
      return undefined;
    }
  }

  async #writeEnd(outcome: SyncOutcome, counts: Counts | undefined): Promise<void> {
    const { control, clock, log } = this.#deps;
    const encountered = this.#latest?.encountered ?? {};
    const deadline = clock.now() + WRITE_WITHIN_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const stalledAttempts = this.#stalledAttempts;
        const input = { lease: this.#lease, outcome, counts, stalledAttempts, encountered, now: clock.now() };
        failpoint('finish.before-begin');
        this.#finished = await control.transaction(async (tx) => {
          const finished = await finishJob(tx, input);
          failpoint('finish.before-commit');
          return finished;
        });
        failpoint('finish.after-commit');
        if (this.#finished) this.#deps.onEvents?.(this.job.id);
        return;
      } catch (error) {
        log.warn({ jobId: this.job.id, error }, 'the end of a job could not be written yet');
        if (clock.now() >= deadline) return;
        await clock.sleep(backoffMs(attempt, RETRY));
      }
    }
  }
}

/** A fault of ours, not of the source: what the catalogue knows ends the job, anything else may pass. */
function outcomeOfFault(error: unknown, stalled: number, counts: Counts, now: number): SyncOutcome {
  if (error instanceof AppError && error.kind !== 'unavailable')
    return { type: 'failed', code: error.code, message: error.message, category: null, counts };
  if (stalled < STALLED_ATTEMPTS) {
    const at = now + backoffMs(stalled, { firstMs: 1_000, maxMs: 60_000 });
    return { type: 'postponed', at, reason: 'a fault of our own', counts };
  }
  const message = "Something went wrong on our side; the job's id finds the log line.";
  return { type: 'failed', code: 'internal', message, category: null, counts };
}
