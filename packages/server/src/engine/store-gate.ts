import type { Applied, Counts, SourceWriter, StorePage } from '../collection-store/port.ts';
import { StoreError } from './fault.ts';
import type { SyncProgress } from './outcome.ts';
import { abortError } from './read-ahead.ts';
import type { Room } from './room.ts';

export interface StoreGateOptions {
  readonly writer: SourceWriter;
  readonly counts: Counts;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
  /** Absent: the run may add as much as it likes. */
  readonly room?: Room;
}

/**
 * The only way from the engine to the store: one call at a time, none after an abort, the store's errors told apart from
 * the connector's. Between two calls the event loop runs, so that heartbeats and cancellations get through however fast
 * the pages come.
 */
export class StoreGate {
  readonly #options: StoreGateOptions;
  readonly #encountered: Record<string, number> = {};
  #counts: Counts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: StoreGateOptions) {
    this.#options = options;
    this.#counts = options.counts;
  }

  /** Sums of the job as last committed. */
  get counts(): Counts {
    return this.#counts;
  }

  async apply(page: StorePage): Promise<void> {
    const applied = await this.#exclusive((writer) => writer.apply(page));
    if (page.upserts.length > 0) {
      this.#encountered[page.entityType] = (this.#encountered[page.entityType] ?? 0) + page.upserts.length;
    }
    this.#report(applied, page.stream);
    await this.#options.room?.check(applied.job, () => this.#exclusive((writer) => writer.size()));
  }

  unseen(stream: string): Promise<{ readonly unseen: number; readonly total: number }> {
    return this.#exclusive((writer) => writer.unseen(stream));
  }

  sweep(stream: string): Promise<void> {
    return this.#drain(stream, (writer) => writer.sweep(stream));
  }

  dropStream(stream: string): Promise<void> {
    return this.#drain(stream, (writer) => writer.dropStream(stream));
  }

  forgetCursors(stream: string): Promise<void> {
    return this.#exclusive((writer) => writer.forgetCursors(stream));
  }

  streams(): Promise<readonly string[]> {
    return this.#exclusive((writer) => writer.streams());
  }

  async endRun(): Promise<void> {
    this.#counts = (await this.#exclusive((writer) => writer.endRun())).counts;
  }

  /** Every step is a turn of its own, so that other streams get on beside a long sweep. */
  async #drain(stream: string, open: (writer: SourceWriter) => AsyncIterable<Applied>): Promise<void> {
    const steps = open(this.#options.writer)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.#exclusive(() => steps.next());
        if (step.done === true) return;
        this.#report(step.value, stream);
      }
    } finally {
      await steps.return?.();
    }
  }

  #report({ job, sequence }: Applied, stream: string): void {
    this.#counts = job;
    this.#options.onProgress({ counts: job, sequence, encountered: { ...this.#encountered }, stream });
  }

  #exclusive<T>(work: (writer: SourceWriter) => Promise<T>): Promise<T> {
    const { writer, signal } = this.#options;
    const turn = this.#turn.then(async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (signal.aborted) throw abortError(signal);
      try {
        return await work(writer);
      } catch (error) {
        throw new StoreError(error);
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
