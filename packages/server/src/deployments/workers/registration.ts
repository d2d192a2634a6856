import type { ControlStore, Queryable } from '../../control/database.ts';
import type { Millis } from '../../control/schema.ts';
import { parseOwner, stateOf } from '../../jobs/owner.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId, type WorkerId } from '../../lib/ids.ts';
import {
  deleteWorker,
  forgetEnded,
  forgetLostWorkers,
  insertWorker,
  listWorkers,
  loseOwner,
  loseSilentWorkers,
  touchWorker,
  type WorkerRow,
} from './repository.ts';

/** Who a worker process is. */
export type WorkerIdentity = Pick<WorkerRow, 'owner' | 'machine' | 'host' | 'pid' | 'environment'>;

/** A worker that was silent for so long is taken for lost. */
const SILENT_FOR_MS = 15_000;
/** Whoever waits for the answers of a worker waits for less. */
const FORGET_LOST_MS = 600_000;
/** Workers that were away for longer let go of what is not placed any more all the same. */
const FORGET_ENDED_MS = 3_600_000;
const TIDY_EVERY_MS = 60_000;

interface Needs {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly identity: WorkerIdentity;
}

/** The row that says that this worker lives. */
export class Registration {
  readonly #needs: Needs;
  #id: WorkerId | undefined;
  #tidiedAt = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  /** Undefined until it is registered, and after it was taken for lost. */
  get id(): WorkerId | undefined {
    return this.#id;
  }

  /** Says that the worker lives; true when it had to register anew, so that nothing of what it has answered is known. */
  async beat(): Promise<boolean> {
    const { control, clock, identity } = this.#needs;
    const now = clock.now();
    const known = this.#id !== undefined && (await touchWorker(control.db, this.#id, now));
    if (!known) {
      this.#id = newId<WorkerId>();
      await insertWorker(control.db, { ...identity, id: this.#id, started_at: now, seen_at: now, lost_at: null });
    }
    await this.#look(now);
    return !known;
  }

  async end(): Promise<void> {
    if (this.#id !== undefined) await deleteWorker(this.#needs.control.db, this.#id);
    this.#id = undefined;
  }

  /** Who else has been silent, or is dead on this host. */
  async #look(now: number): Promise<void> {
    const { control, identity } = this.#needs;
    const { db } = control;
    const others = await listWorkers(db, [identity.environment]);
    if (others.some((other) => other.lost_at === null && isSilent(other, now)))
      await loseSilentWorkers(db, now - SILENT_FOR_MS, now);
    for (const { owner, lost_at } of others) if (lost_at === null && isDead(owner)) await loseOwner(db, owner, now);
    if (now - this.#tidiedAt < TIDY_EVERY_MS) return;
    this.#tidiedAt = now;
    await loseSilentWorkers(db, now - SILENT_FOR_MS, now);
    await forgetLostWorkers(db, now - FORGET_LOST_MS);
    await forgetEnded(db, now - FORGET_ENDED_MS);
  }
}

/** The process has ended: whoever waits for its answers need not. True when it had not said so itself. */
export function loseWorker(db: Queryable, owner: string, now: Millis): Promise<boolean> {
  return loseOwner(db, owner, now);
}

/** For people: what process it is. */
export function workerName({ pid, host }: Pick<WorkerRow, 'pid' | 'host'>): string {
  return `worker ${pid} on ${host}`;
}

export function isSilent({ seen_at }: Pick<WorkerRow, 'seen_at'>, now: Millis): boolean {
  return seen_at < now - SILENT_FOR_MS;
}

/** A process of this host that has ended without a word. */
export function isDead(owner: string): boolean {
  const parsed = parseOwner(owner);
  return parsed !== undefined && stateOf(parsed.host, parsed.process) === 'dead';
}
