import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CrashFolder } from './crash-folder.ts';
import type { Mutation } from './mutations.ts';
import type { Oracle } from './oracle.ts';
import { ProcessWatch } from './process-watch.ts';
import { Stack, STOP_FOR_MS } from './stack.ts';
import { planStack } from './trial-plan.ts';
import { runTrial, type TrialResult } from './trial.ts';

export interface LaneOptions {
  readonly root: string;
  readonly oracle: Oracle;
  /** Gives an empty PostgreSQL database for a control store; absent for SQLite. */
  readonly createDatabase: ((name: string) => Promise<string>) | undefined;
  readonly mutation: Mutation | undefined;
  /** Leave the files of every stack, not only of one that a trial failed on. */
  readonly keep: boolean;
}

export interface LaneResult extends TrialResult {
  /** The files, when they are left. */
  readonly folder: string | undefined;
}

interface Running {
  readonly stack: Stack;
  readonly folder: CrashFolder;
  readonly processes: ProcessWatch;
  failed: boolean;
}

let stacks = 0;

/** Runs trials one after the other on a stack that outlives them; one that failed takes its stack with it. */
export class Lane {
  readonly #options: LaneOptions;
  #running: Running | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  async run(seed: number): Promise<LaneResult> {
    if (this.#running?.failed) await this.end();
    this.#running ??= await this.#start(seed);
    const { oracle, keep, mutation } = this.#options;
    const result = await runTrial({ seed, oracle, mutation, ...this.#running });
    this.#running.failed = !result.verdict.isGreen;
    return { ...result, folder: keep || this.#running.failed ? this.#running.folder.path : undefined };
  }

  /** Stops the stack as an operator would; gives what was wrong with that. */
  async end(): Promise<string | undefined> {
    const running = this.#running;
    if (!running) return undefined;
    this.#running = undefined;
    const { stack, folder, processes, failed } = running;
    try {
      if (failed) return undefined;
      const codes = await stack.stop();
      return codes.service === 0 && codes.away === 0 ? undefined : `a stop ended with ${JSON.stringify(codes)}`;
    } finally {
      processes.end();
      await stack.end();
      if (!failed && !this.#options.keep) rmSync(folder.path, { recursive: true, force: true });
    }
  }

  async #start(seed: number): Promise<Running> {
    const { root, createDatabase, mutation } = this.#options;
    stacks += 1;
    const name = `stack_${stacks}`;
    const folder = CrashFolder.create(join(root, name));
    const processes = new ProcessWatch(folder, STOP_FOR_MS);
    const databaseUrl = await createDatabase?.(name);
    const cacheDir = process.env['NODE_COMPILE_CACHE'] ?? join(root, 'compile-cache');
    const stack = await Stack.start({ folder, ...planStack(seed), mutation, databaseUrl, cacheDir });
    await processes.bothStarted();
    return { stack, folder, processes, failed: false };
  }
}
