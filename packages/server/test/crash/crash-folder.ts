import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../src/jobs/owner.ts';
import type { Failpoint } from '../../src/lib/failpoints.ts';

/** `home` is kept running by the service, `away` by the harness, like a worker that somebody started by hand. */
export type WorkerName = 'home' | 'away';

/** `kill` and `stop` are SIGKILL and SIGSTOP to the own process. */
export type FailpointAction = 'kill' | 'stop' | 'throw' | 'exit';

/** `name:countdown:action`: what happens when the place is reached for the n-th time. */
export type FailpointSpec = `${Failpoint}:${number}:${FailpointAction}`;

/** What happened in a trial: a worker writes down what is about to happen to it, the harness what it does. */
export type JournalEntry =
  | { readonly type: 'trial'; readonly seed: number }
  | { readonly type: 'done'; readonly what: string }
  | { readonly type: 'started'; readonly worker: WorkerName; readonly process: ProcessIdentity }
  | Hit;

/** A failpoint that did something. */
export interface Hit {
  readonly type: 'hit';
  readonly worker: WorkerName;
  readonly process: ProcessIdentity;
  readonly failpoint: Failpoint;
  readonly action: FailpointAction;
}

/** What the harness and the workers of a stack tell each other, by files: these outlive any of them. */
export class CrashFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes it, with nothing in it that would do anything yet. */
  static create(path: string): CrashFolder {
    mkdirSync(path, { recursive: true });
    const folder = new CrashFolder(path);
    folder.quiet();
    return folder;
  }

  get dataDir(): string {
    return join(this.path, 'data');
  }

  write(entry: JournalEntry): void {
    appendFileSync(this.#journal, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
  }

  read(): readonly JournalEntry[] {
    if (!existsSync(this.#journal)) return [];
    const lines = readFileSync(this.#journal, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Begins a trial: arms the lives of its workers, the first of which may be lived already, and ends the quiet. */
  begin(seed: number, lives: Readonly<Record<WorkerName, readonly (readonly FailpointSpec[])[]>>): void {
    for (const worker of ['home', 'away'] as const) {
      writeFileSync(join(this.path, `${worker}.lives.json`), JSON.stringify(lives[worker]));
      this.armNow(worker, lives[worker][0] ?? []);
    }
    this.write({ type: 'trial', seed });
    rmSync(join(this.path, 'quiet'), { force: true });
  }

  /** What the worker that starts now is armed with; call it before it has written that it started. */
  nextLife(worker: WorkerName): readonly FailpointSpec[] {
    const path = join(this.path, `${worker}.lives.json`);
    if (!existsSync(path)) return [];
    const lives = JSON.parse(readFileSync(path, 'utf8')) as readonly (readonly FailpointSpec[])[];
    const entries = this.read();
    const begun = entries.findLastIndex((entry) => entry.type === 'trial');
    const lived = entries.slice(begun).filter((entry) => entry.type === 'started' && entry.worker === worker).length;
    return lives[lived + 1] ?? [];
  }

  /** What a living worker is armed with from SIGUSR2 on. */
  armNow(worker: WorkerName, specs: readonly FailpointSpec[]): void {
    writeFileSync(join(this.path, `${worker}.now.json`), JSON.stringify(specs));
  }

  armedNow(worker: WorkerName): readonly FailpointSpec[] {
    return JSON.parse(readFileSync(join(this.path, `${worker}.now.json`), 'utf8')) as readonly FailpointSpec[];
  }

  /** From here on no failpoint does anything. */
  quiet(): void {
    writeFileSync(join(this.path, 'quiet'), '');
  }

  get isQuiet(): boolean {
    return existsSync(join(this.path, 'quiet'));
  }

  get #journal(): string {
    return join(this.path, 'journal.jsonl');
  }
}
