import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Cleanup = () => Promise<void>;

/** Why a stage's signal is aborted when a person stops the demo; any other reason is a failure. */
export const STOPPED = new Error('stopped');

/**
 * A temporary folder and everything that has to be taken down again, newest first. `signal` is aborted on Ctrl-C, SIGTERM,
 * SIGHUP and on an error that nobody caught, so that whoever waits for something stops waiting and the stage comes down.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly #interrupt = new AbortController();
  readonly #cleanups: Cleanup[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    const stop = () => this.#interrupt.abort(STOPPED);
    const fail = (error: unknown) => this.#interrupt.abort(error);
    // `on`, not `once`: an impatient second Ctrl-C must not end us before the processes that we started have ended.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
    process.on('uncaughtException', fail);
    this.defer(() => rm(folder, { recursive: true, force: true }));
    this.defer(async () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, stop);
      process.off('uncaughtException', fail);
    });
  }

  static async open(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), 'tributary-demo-')));
  }

  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Runs when the stage is taken down. */
  defer(cleanup: Cleanup): void {
    this.#cleanups.push(cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).reverse())
      await cleanup().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'the demo could not clean up');
  }
}
