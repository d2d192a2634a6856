import type { ProcessIdentity } from '../../src/jobs/owner.ts';
import type { Failpoint } from '../../src/lib/failpoints.ts';
import type { CrashFolder, FailpointAction, FailpointSpec, WorkerName } from './crash-folder.ts';

interface Armed {
  readonly name: string;
  left: number;
  readonly action: FailpointAction;
}

/** The failpoints of this process that do something, each once. */
export class ArmedFailpoints {
  readonly #folder: CrashFolder;
  readonly #worker: WorkerName;
  readonly #own: ProcessIdentity;
  #armed: Armed[] = [];

  constructor(folder: CrashFolder, worker: WorkerName, own: ProcessIdentity) {
    this.#folder = folder;
    this.#worker = worker;
    this.#own = own;
  }

  arm(specs: readonly FailpointSpec[]): void {
    this.#armed = specs.map((spec) => {
      const [name = '', countdown, action] = spec.split(':');
      return { name, left: Number(countdown), action: action as FailpointAction };
    });
  }

  reach(name: Failpoint): void {
    const armed = this.#armed.find((one) => one.name === name);
    if (!armed) return;
    armed.left -= 1;
    if (armed.left > 0) return;
    this.#armed = this.#armed.filter((one) => one !== armed);
    if (this.#folder.isQuiet) return;
    const { action } = armed;
    this.#folder.write({ type: 'hit', worker: this.#worker, process: this.#own, failpoint: name, action });
    act(name, armed.action);
  }
}

/** Both signals take effect before the call returns: inside a transaction nothing else can be done. */
function act(name: Failpoint, action: FailpointAction): void {
  if (action === 'throw') throw new Error(`injected at ${name}`);
  if (action === 'exit') process.exit(7);
  process.kill(process.pid, action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}
