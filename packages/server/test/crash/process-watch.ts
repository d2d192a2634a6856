import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, type ProcessIdentity } from '../../src/jobs/owner.ts';
import type { CrashFolder, Hit, WorkerName } from './crash-folder.ts';

const LOOK_EVERY_MS = 20;

/** Follows the journal of a stack: which process a worker is now, and which ones have stopped and are to go on. */
export class ProcessWatch {
  readonly #folder: CrashFolder;
  readonly #stopForMs: number;
  readonly #workers = new Map<WorkerName, ProcessIdentity>();
  /** Stopped processes and what ends when they go on. */
  readonly #stopped = new Map<string, { readonly one: ProcessIdentity; readonly going: Promise<void> }>();
  /** These are let go by somebody else. */
  readonly #left = new Map<string, ProcessIdentity>();
  /** Failpoints that did something in the present trial. */
  readonly hits: Hit[] = [];
  #read = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: CrashFolder, stopForMs: number) {
    this.#folder = folder;
    this.#stopForMs = stopForMs;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  processOf(worker: WorkerName): ProcessIdentity | undefined {
    this.look();
    return this.#workers.get(worker);
  }

  /** Ends when both workers are ready. */
  async bothStarted(): Promise<void> {
    for (this.look(); this.#workers.size < 2; this.look()) await sleep(LOOK_EVERY_MS);
  }

  /** Has the living workers look what they are armed with. */
  rearm(): void {
    this.look();
    for (const one of this.#workers.values()) signal(one, 'SIGUSR2');
  }

  /** SIGSTOP now, SIGCONT when the time has come. */
  stop(one: ProcessIdentity): void {
    if (signal(one, 'SIGSTOP')) this.#letGoLater(one);
  }

  /** The next stop of this process at a failpoint is not ended here. */
  leave(one: ProcessIdentity): void {
    this.#left.set(nameOf(one), one);
  }

  look(): void {
    const entries = this.#folder.read();
    for (const entry of entries.slice(this.#read)) {
      if (entry.type === 'trial') {
        this.hits.length = 0;
        this.#left.clear();
      } else if (entry.type === 'started') this.#workers.set(entry.worker, entry.process);
      else if (entry.type === 'hit') {
        this.hits.push(entry);
        if (entry.action === 'stop' && !this.#left.has(nameOf(entry.process))) this.#letGoLater(entry.process);
      }
    }
    this.#read = entries.length;
  }

  /** Ends when nothing is stopped any more. */
  async allGoOn(): Promise<void> {
    this.look();
    await Promise.all([...this.#stopped.values()].map(({ going }) => going));
  }

  end(): void {
    clearInterval(this.#timer);
    const stopped = [...this.#stopped.values()].map(({ one }) => one);
    for (const one of [...stopped, ...this.#left.values()]) signal(one, 'SIGCONT');
  }

  #letGoLater(one: ProcessIdentity): void {
    const name = nameOf(one);
    if (this.#stopped.has(name)) return;
    const going = sleep(this.#stopForMs).then(() => {
      this.#stopped.delete(name);
      signal(one, 'SIGCONT');
      return undefined;
    });
    this.#stopped.set(name, { one, going });
  }
}

const nameOf = ({ pid, start }: ProcessIdentity): string => `${pid} ${start}`;

/** `false` when the process is gone; another one that has got its number is left alone. */
export function signal(one: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (identityOf(one.pid).start !== one.start) return false;
  try {
    return process.kill(one.pid, name);
  } catch {
    return false;
  }
}
