import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@tributary/connectors/kit/context';
import type { Config } from '../config.ts';
import type { RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import type { SettleJob } from '../collection-store/port.ts';
import type { ControlStore } from '../control/database.ts';
import { loseWorker } from '../deployments/workers/registration.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId, JobId } from '../lib/ids.ts';
import type { EndedJob } from './job-row.ts';
import { takeBack } from './leases.ts';
import { reclaimLeases } from './reclaim.ts';
import { Sleeper } from './sleeper.ts';
import type { FromWorker, ToWorker, WorkerConfig } from './worker-settings.ts';
import { toSettings } from './worker-settings.ts';

export interface SupervisorDeps {
  readonly config: WorkerConfig & Pick<Config, 'workers'>;
  readonly control: ControlStore;
  /** Of the collection store; for jobs that are taken from a dead worker. */
  readonly settle: SettleJob;
  readonly clock: Clock;
  readonly log: Logger;
  /** What a worker process runs; tests bring their own. */
  readonly script?: URL;
  /** Hears of jobs that have new events, from the workers as soon as these have written them. */
  readonly onEvents?: (jobId: JobId) => void;
  /** Hears what the jobs of the workers came to. */
  readonly onEnded?: (job: EndedJob) => void;
  /** Hears of the renewals of tokens that the workers have tried. */
  readonly onRenewal?: (outcome: RenewalOutcome) => void;
  /** Hears of connections that the workers have answered about; of none when a worker was lost, which answers about no other. */
  readonly onAnswered?: (connectionId?: ConnectionId) => void;
}

/** Keeps the worker processes of the service running. */
export interface Supervisor {
  /** Takes back what dead workers of this host held, and starts the workers. Does not wait for them to be ready. */
  start(): Promise<void>;
  /** Tells every worker to look for work, and for cancellations, at once. */
  wake(): void;
  /** Tells every worker that a deployment of the connection was placed. */
  tellOf(connectionId: ConnectionId): void;
  /** Stops the workers: SIGTERM, and SIGKILL after ten seconds. When it ends, they hold no lease any more. */
  stop(): Promise<void>;
}

const WORKER = new URL('./worker-process.ts', import.meta.url);
const STOP_WITHIN_MS = 10_000;
const RESTART = { firstMs: 100, maxMs: 30_000 };
/** A worker that lived so long had no trouble with its start. */
const HEALTHY_AFTER_MS = 60_000;

export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const slots = Array.from({ length: deps.config.workers }, () => new WorkerSlot(deps, () => wake()));
  const wake = (): void => slots.forEach((slot) => slot.send({ type: 'wake' }));
  return {
    async start() {
      await reclaimLeases(deps);
      for (const slot of slots) slot.start();
    },
    wake,
    tellOf: (connectionId) => slots.forEach((slot) => slot.send({ type: 'deployment', connectionId })),
    async stop() {
      await Promise.all(slots.map((slot) => slot.stop()));
    },
  };
}

/** One worker process and its successors. */
class WorkerSlot {
  readonly #deps: SupervisorDeps;
  readonly #wakeAll: () => void;
  readonly #resting: Sleeper;
  #child: ChildProcess | undefined;
  #owner: string | undefined;
  #life: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(deps: SupervisorDeps, wakeAll: () => void) {
    this.#deps = deps;
    this.#wakeAll = wakeAll;
    this.#resting = new Sleeper(deps.clock);
  }

  start(): void {
    this.#life = this.#live();
  }

  send(message: ToWorker): void {
    // The channel may close between the question and the message; a worker that is gone needs none.
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#resting.wake();
    const child = this.#child;
    if (child) {
      child.kill('SIGTERM');
      const exited = new AbortController();
      child.once('exit', () => exited.abort());
      this.#deps.clock.sleep(STOP_WITHIN_MS, exited.signal).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
    }
    await this.#life;
  }

  async #live(): Promise<void> {
    const { clock, log } = this.#deps;
    for (let failures = 0; !this.#stopping; failures += 1) {
      const started = clock.now();
      const end = await this.#runOne();
      await this.#takeLeases();
      if (this.#stopping) return;
      if (clock.now() - started > HEALTHY_AFTER_MS) failures = 0;
      const restMs = backoffMs(failures, RESTART);
      log.warn({ ...end, restMs }, 'a worker process ended; another is started');
      await this.#resting.pause(restMs);
    }
  }

  async #runOne(): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    const { config, script = WORKER } = this.#deps;
    // Flags such as --watch and --inspect are the service's own.
    const child = fork(fileURLToPath(script), { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    child.on('error', (error) => this.#deps.log.warn({ error }, 'a worker process has trouble'));
    child.on('message', (message: FromWorker) => this.#hear(message));
    this.send({ type: 'start', settings: toSettings(config) });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    this.#child = undefined;
    return { code, signal };
  }

  #hear(message: FromWorker): void {
    if (message.type === 'ready') this.#owner = message.owner;
    else if (message.type === 'events') this.#deps.onEvents?.(message.jobId);
    else if (message.type === 'renewal') this.#deps.onRenewal?.(message.outcome);
    else if (message.type === 'answered') this.#deps.onAnswered?.(message.connectionId);
    else this.#deps.onEnded?.(message.job);
  }

  /** The process is gone for certain, so nobody needs to wait until its leases run out. */
  async #takeLeases(): Promise<void> {
    const { control, settle, clock, log } = this.#deps;
    if (this.#owner === undefined) return;
    try {
      if (await loseWorker(control.db, this.#owner, clock.now())) this.#deps.onAnswered?.();
      const taken = await takeBack(control, this.#owner, settle, clock.now());
      this.#owner = undefined;
      for (const { jobId } of taken) this.#deps.onEvents?.(jobId);
      if (taken.length > 0) this.#wakeAll();
    } catch (error) {
      log.warn({ error }, 'leases of a dead worker could not be taken back; they run out');
    }
  }
}
