import type { Logger } from '@tributary/connectors/kit/context';
import type { ControlStore } from '../../control/database.ts';
import { runForEveryone } from '../../control/tenant-scope.ts';
import { Sleeper } from '../../jobs/sleeper.ts';
import type { Clock } from '../../lib/clock.ts';
import { failpoint } from '../../lib/failpoints.ts';
import { asId, type ConnectionId } from '../../lib/ids.ts';
import { CHANNELS, tellProcesses } from '../repository.ts';
import type { HeldConnections } from '../held-connections.ts';
import { ConnectionSlot } from './connection-slot.ts';
import { Lanes } from './lanes.ts';
import type { OpenPlacement } from './placement-opener.ts';
import { Registration, type WorkerIdentity } from './registration.ts';
import { findPlacement, listWanted, writeAnswers, type NewAnswer } from './repository.ts';

export interface DeploymentWorkerDeps {
  readonly control: ControlStore;
  readonly open: OpenPlacement;
  readonly identity: WorkerIdentity;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears of each connection that the worker has answered about, once that is committed. */
  readonly onAnswered?: (connectionId: ConnectionId) => void;
  /** Pause between looks at everything that is placed; default 2 s. Whoever is told looks at once. */
  readonly roundMs?: number;
}

/** The part of a worker that holds deployed connections. */
export interface DeploymentWorker {
  readonly held: HeldConnections;
  /** Registers, holds what is placed for the worker's environment, and takes the registration back when the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
  /** Something was placed. */
  tell(connectionId: ConnectionId): void;
}

const ROUND_MS = 2_000;
/** Few, so that jobs find connections to the control store; and what takes long leaves them. */
const LANES = 4;
const SLOW_MS = 250;
/** Answers of one statement. */
const BATCH = 100;
/** Of more than this nobody is told one by one: whoever waits looks by itself. */
const TELL_AT_MOST = 20;

export function createDeploymentWorker(deps: DeploymentWorkerDeps): DeploymentWorker {
  const loops = new DeploymentLoops(deps);
  return { held: loops, run: (signal) => loops.run(signal), tell: (id) => loops.tell(id) };
}

class DeploymentLoops implements HeldConnections {
  readonly #deps: DeploymentWorkerDeps;
  readonly #registration: Registration;
  readonly #slots = new Map<ConnectionId, ConnectionSlot>();
  /** Slots that catch up, and whether they have to look once more after that. */
  readonly #busy = new Map<ConnectionId, { again: boolean }>();
  readonly #answers = new Map<ConnectionId, NewAnswer>();
  readonly #lanes: Lanes;
  readonly #pause: Sleeper;
  #flushing: Promise<void> | undefined;
  #stopped = false;

  constructor(deps: DeploymentWorkerDeps) {
    this.#deps = deps;
    this.#registration = new Registration(deps);
    this.#lanes = new Lanes({ clock: deps.clock, lanes: LANES, slowMs: SLOW_MS });
    this.#pause = new Sleeper(deps.clock);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { control, log, roundMs = ROUND_MS } = this.#deps;
    const stop = (): void => this.#pause.wake();
    signal.addEventListener('abort', stop, { once: true });
    const ear = { hear: (payload: string) => this.tell(asId(payload)), again: () => this.#pause.wake() };
    const listening = control.listen?.(CHANNELS.placed, ear, signal);
    while (!signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        log.warn({ error }, 'deployments could not be looked at; the worker looks again');
      }
      await this.#pause.pause(roundMs);
    }
    this.#stopped = true;
    await listening;
    await this.#flushing?.catch(() => undefined);
    await this.#registration.end().catch(() => undefined);
  }

  tell(id: ConnectionId): void {
    if (this.#stopped || this.#registration.id === undefined) return;
    // Messages come from outside of what the worker runs for everyone.
    runForEveryone(() => this.#catchUp(id, 'first'));
  }

  find: HeldConnections['find'] = (id) => this.#slots.get(id)?.held;
  get: HeldConnections['get'] = (id) => this.#slots.get(id)?.client;
  list: HeldConnections['list'] = () =>
    [...this.#slots.values()].map((slot) => slot.held).filter((held) => held !== undefined);

  async close(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#slots.values()].map((slot) => slot.close()));
  }

  async #round(): Promise<void> {
    const { control, identity } = this.#deps;
    if (await this.#registration.beat()) for (const slot of this.#slots.values()) slot.answer();
    const wanted = await listWanted(control.db, identity.environment);
    for (const row of wanted) if (this.#slot(row.connection_id).isBehind(row)) this.#catchUp(row.connection_id, 'last');
    const placed = new Set(wanted.map((row) => row.connection_id));
    for (const [id, slot] of this.#slots) {
      if (!placed.has(id)) this.#catchUp(id, 'last');
      slot.answerHealth();
    }
    await this.#flush();
  }

  #slot(id: ConnectionId): ConnectionSlot {
    const known = this.#slots.get(id);
    if (known) return known;
    const { control, identity, open, clock, log } = this.#deps;
    const slot = new ConnectionSlot(id, {
      find: (one) => findPlacement(control.db, identity.environment, one),
      open,
      clock,
      log,
      onAnswer: (answer) => {
        this.#answers.set(id, answer);
        void this.#flush().catch(() => undefined);
      },
      onEmpty: () => this.#slots.delete(id),
    });
    this.#slots.set(id, slot);
    return slot;
  }

  #catchUp(id: ConnectionId, place: 'first' | 'last'): void {
    const busy = this.#busy.get(id);
    if (!busy) {
      void this.#work(id, place);
      return;
    }
    busy.again = true;
    void this.#supersede(id);
  }

  /** One at a time for each connection. */
  async #work(id: ConnectionId, place: 'first' | 'last'): Promise<void> {
    const state = { again: true };
    this.#busy.set(id, state);
    try {
      while (state.again && !this.#stopped) {
        state.again = false;
        await this.#lanes.run(() => this.#slot(id).catchUp(), place);
      }
    } catch (error) {
      this.#deps.log.warn({ error, connectionId: id }, 'a deployment could not be followed; the worker tries again');
    } finally {
      this.#busy.delete(id);
    }
    if (this.#stopped) await this.#slots.get(id)?.close();
  }

  /** What is being opened may be out of date; a look at the store tells. */
  async #supersede(id: ConnectionId): Promise<void> {
    const { control, identity } = this.#deps;
    const placed = await findPlacement(control.db, identity.environment, id).catch(() => undefined);
    if (placed) this.#slots.get(id)?.supersede(placed.version);
  }

  /** Writes down what is to be answered; what comes meanwhile goes with the next statement. */
  #flush(): Promise<void> {
    return (this.#flushing ??= this.#writeAll().finally(() => (this.#flushing = undefined)));
  }

  async #writeAll(): Promise<void> {
    while (this.#answers.size > 0) {
      const { id } = this.#registration;
      if (id === undefined) return;
      const batch = [...this.#answers.values()].slice(0, BATCH);
      for (const { connection_id } of batch) this.#answers.delete(connection_id);
      try {
        if (!(await this.#write(id, batch))) return this.#pause.wake();
      } catch (error) {
        for (const answer of batch)
          if (!this.#answers.has(answer.connection_id)) this.#answers.set(answer.connection_id, answer);
        throw error;
      }
      failpoint('deployment.answered');
      for (const { connection_id } of batch) this.#deps.onAnswered?.(connection_id);
    }
  }

  /** False when the worker was taken for lost; the next round registers it, and answers everything anew. */
  #write(id: NonNullable<Registration['id']>, batch: readonly NewAnswer[]): Promise<boolean> {
    const { control } = this.#deps;
    return control.transaction(async (tx) => {
      if (!(await writeAnswers(tx, id, batch))) return false;
      const told = batch.length > TELL_AT_MOST ? [] : batch;
      for (const { connection_id } of told) await tellProcesses(tx, control.dialect, 'answered', connection_id);
      return true;
    });
  }
}
