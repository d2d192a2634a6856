import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Cleanup = () => Promise<void>;

/**
 * The demo's temporary folder and everything that has to be taken down again, newest first. It ends on Ctrl-C, SIGTERM
 * and SIGHUP too: `signal` is aborted then, and whoever waits for something stops waiting.
 */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly #cleanups: Cleanup[] = [];

  private constructor(folder: string, signal: AbortSignal) {
    this.folder = folder;
    this.signal = signal;
    this.defer(() => rm(folder, { recursive: true, force: true }));
  }

  static async open(): Promise<Stage> {
    const interrupt = new AbortController();
    // `on`, not `once`: an impatient second Ctrl-C must not end us before the processes that we started have ended.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt.abort());
    return new Stage(await mkdtemp(join(tmpdir(), 'tributary-demo-')), interrupt.signal);
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
