import type { JobId } from '../lib/ids.ts';

/**
 * Tells readers in this process that a job has new events in the store. It carries no events, and nothing depends on it:
 * jobs of workers that belong to no service are not told of, so readers look by themselves from time to time.
 */
export class JobBus {
  readonly #listeners = new Map<JobId, Set<() => void>>();

  /** Events of the job were committed. */
  tell(jobId: JobId): void {
    for (const heard of this.#listeners.get(jobId) ?? []) heard();
  }

  /** Calls `heard` whenever the job is told of, until the function that is given back is called. */
  listen(jobId: JobId, heard: () => void): () => void {
    const own = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, own.add(heard));
    return () => {
      own.delete(heard);
      if (own.size === 0 && this.#listeners.get(jobId) === own) this.#listeners.delete(jobId);
    };
  }

  /** Jobs that somebody listens to. */
  get size(): number {
    return this.#listeners.size;
  }
}
