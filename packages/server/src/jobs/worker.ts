import type { Logger } from '@tributary/connectors/kit/context';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { failpoint } from '../lib/failpoints.ts';
import type { JobId } from '../lib/ids.ts';
import type { SettleJob } from '../collection-store/port.ts';
import { createClaimer } from './claim.ts';
import type { Finished } from './finish.ts';
import { expireLeases, heartbeat, listCancelled } from './leases.ts';
import type { SettleLease } from './leases.ts';
import { killOwner, parseOwner } from './owner.ts';
import { RunningJob } from './running-job.ts';
import type { ExecuteJob } from './running-job.ts';
import { createScheduler } from './scheduler.ts';
import { Sleeper } from './sleeper.ts';

export interface WorkerDeps {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly execute: ExecuteJob;
  /** Of the collection store; for jobs that are taken from a worker, and for those that do not complete. */
  readonly settle: SettleJob;
  /** Who holds this worker's leases; see `owner.ts`. */
  readonly owner: string;
  /** Jobs at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly runningPerOrganization?: number;
  /** Pause between looks for work; default 200 ms. A wake-up cuts it short. */
  readonly pollMs?: number;
  /** How long a run that was told to stop may take; default 4 s, so that a cancellation shows within five. */
  readonly graceMs?: number;
  /** Hears how each job went on. */
  readonly onFinished?: (finished: Finished) => void;
  /** Hears of every job whose events were written, once they are committed. */
  readonly onEvents?: (jobId: JobId) => void;
}

export interface Worker {
  /**
   * Claims and runs jobs until the signal is aborted; then interrupts what runs, and ends when all leases are given back.
   * Faults of the control store are logged and tried again.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Looks for work, and for cancellations, at once. */
  wake(): void;
}

const CANCEL_LOOK_MS = 1_000;
/** One collection whose lock a stopped worker holds must not keep this one from its other work, nor its jobs from going on. */
const SETTLE_WITHIN_MS = 1_500;

export function createWorker(deps: WorkerDeps): Worker {
  const loops = new WorkerLoops(deps);
  return { run: (signal) => loops.run(signal), wake: () => loops.wake() };
}

class WorkerLoops {
  readonly #deps: WorkerDeps;
  readonly #running = new Set<RunningJob>();
  readonly #scheduler;
  readonly #claimer;
  readonly #claiming: Sleeper;
  readonly #beating: Sleeper;
  readonly #watching: Sleeper;
  readonly #guarding: Sleeper;
  #stopping = false;
  #drained = false;
  #lastBeat: number;
  #lastExpiry = 0;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#scheduler = createScheduler(deps);
    this.#claimer = createClaimer(deps);
    this.#claiming = new Sleeper(deps.clock);
    this.#beating = new Sleeper(deps.clock);
    this.#watching = new Sleeper(deps.clock);
    this.#guarding = new Sleeper(deps.clock);
    this.#lastBeat = deps.clock.now();
  }

  wake(): void {
    this.#claiming.wake();
    this.#watching.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => {
      this.#stopping = true;
      for (const running of this.#running) running.stop('interrupted');
      this.wake();
    };
    if (signal.aborted) return;
    signal.addEventListener('abort', stop, { once: true });
    const beating = this.#loop(
      this.#beating,
      () => this.#drained,
      () => this.#beat(),
    );
    const watching = this.#loop(
      this.#watching,
      () => this.#stopping,
      () => this.#watch(),
    );
    const guarding = this.#loop(
      this.#guarding,
      () => this.#drained,
      () => this.#guard(),
    );
    await this.#loop(
      this.#claiming,
      () => this.#stopping,
      () => this.#claim(),
    );
    // A run that does not let go has its end written without it; nobody waits for more.
    await Promise.all([...this.#running].map((running) => running.released));
    this.#drained = true;
    this.#beating.wake();
    this.#guarding.wake();
    await Promise.all([beating, watching, guarding]);
  }

  /** `round` gives the pause after it; a fault of the control store does not end the loop. */
  async #loop(sleeper: Sleeper, done: () => boolean, round: () => Promise<number>): Promise<void> {
    while (!done()) {
      let pause = Math.min(1_000, this.#deps.leaseMs / 3);
      try {
        pause = await round();
      } catch (error) {
        this.#deps.log.warn({ error }, 'the control store did not answer a worker');
      }
      if (!done()) await sleeper.pause(pause);
    }
  }

  async #claim(): Promise<number> {
    const { concurrency, pollMs = 200 } = this.#deps;
    await this.#expire();
    const due = await this.#scheduler.tick();
    const free = concurrency - this.#running.size;
    const jobs = free > 0 && !this.#stopping ? await this.#claimer.claim(free) : [];
    if (jobs.length > 0) failpoint('claim.leased');
    for (const job of jobs) {
      this.#deps.onEvents?.(job.id);
      this.#start(new RunningJob({ ...this.#deps, graceMs: this.#deps.graceMs ?? 4_000 }, job));
    }
    // More may be due than fitted into one batch.
    return due > 0 ? 0 : pollMs;
  }

  #start(running: RunningJob): void {
    this.#running.add(running);
    // Claimed while the stop came in.
    if (this.#stopping) running.stop('interrupted');
    running.settled
      .then(() => {
        if (running.finished) this.#deps.onFinished?.(running.finished);
        return undefined;
      })
      .catch((error: unknown) => this.#deps.log.warn({ jobId: running.job.id, error }, 'a job was lost'))
      .finally(() => {
        this.#running.delete(running);
        this.#claiming.wake();
      });
  }

  async #expire(): Promise<void> {
    const { control, clock, leaseMs, owner, log } = this.#deps;
    const now = clock.now();
    if (now - this.#lastExpiry < leaseMs / 3) return;
    this.#lastExpiry = now;
    // Whoever was cut off or slept (a stopped process, a laptop) renews before it judges others, who may have slept too.
    if (now - this.#lastBeat > leaseMs / 2) return this.#beating.wake();
    const held = this.#held().map((one) => one.job.id);
    const killed = new Set<string>();
    const settle: SettleLease = (job) => {
      failpoint('takeover.before-kill');
      // First, since a stopped worker may hold the collection's lock.
      if (killStale(job.owner)) killed.add(job.owner);
      return this.#deps.settle(job, SETTLE_WITHIN_MS);
    };
    for (const taken of await expireLeases(control, { owner, held, settle, now })) {
      log.warn({ ...taken, killed: killed.has(taken.owner) }, 'a worker lost its lease');
      this.#deps.onEvents?.(taken.jobId);
    }
  }

  /** Runs that still have their lease. */
  #held(): readonly RunningJob[] {
    return [...this.#running].filter((one) => one.lease !== undefined);
  }

  async #beat(): Promise<number> {
    const { control, clock, leaseMs } = this.#deps;
    const running = this.#held();
    const sent = new Map(running.map((one) => [one, one.lease]));
    const until = clock.now() + leaseMs;
    const leases = [...sent.values()].filter((lease) => lease !== undefined);
    if (leases.length > 0) failpoint('lease.before-renewal');
    const { lost, cancelled } = await heartbeat(control.db, leases, until);
    if (leases.length > 0) failpoint('lease.after-renewal');
    this.#lastBeat = clock.now();
    for (const one of running) {
      if (!lost.includes(one.job.id)) one.renewed(until);
      // The lease may have got its higher fence, or its end, while the question was on its way.
      else if (one.lease === sent.get(one)) one.stop('fenced');
      if (cancelled.includes(one.job.id)) one.stop('cancelled');
    }
    return leaseMs / 3;
  }

  /** By the clock alone: a question to a store that is cut off may be on its way for longer than a lease. */
  async #guard(): Promise<number> {
    const { clock, leaseMs } = this.#deps;
    for (const one of this.#held()) if (clock.now() > one.leaseUntil) one.stop('fenced');
    return leaseMs / 6;
  }

  async #watch(): Promise<number> {
    if (this.#running.size > 0) {
      const cancelled = await listCancelled(this.#deps.control.db, this.#deps.owner);
      for (const one of this.#held()) if (cancelled.includes(one.job.id)) one.stop('cancelled');
    }
    return CANCEL_LOOK_MS;
  }
}

function killStale(text: string): boolean {
  const owner = parseOwner(text);
  return owner !== undefined && killOwner(owner);
}
