import type { Slice, Stream } from '@tributary/connectors/kit/connector';
import type { Clock, Logger } from '@tributary/connectors/kit/context';
import type { StoredCursor } from '../collection-store/port.ts';
import { attempt } from './attempts.ts';
import { failureOf } from './fault.ts';
import type { Fault } from './fault.ts';
import type { Normaliser } from './normalise.ts';
import type { HeldSweep } from './outcome.ts';
import { freshScope, planStream } from './plan.ts';
import type { Scope } from './plan.ts';
import { untilAborted } from './read-ahead.ts';
import { parseScopeState } from './scope-state.ts';
import type { ScopeState } from './scope-state.ts';
import type { Quarantine } from './quarantine.ts';
import type { Slots } from './slots.ts';
import type { StreamPolicy } from './stream-policy.ts';
import type { StoreGate } from './store-gate.ts';
import { claimsAll, judgeRekeyed, judgeSweep, skippedNothing } from './sweep.ts';
import { forgetSlice, storeState, syncScope } from './sync-scope.ts';

/** What all streams of a run share. */
export interface Run {
  readonly store: StoreGate;
  readonly slots: Slots;
  readonly quarantine: Quarantine;
  /** Aborted from outside, and by `stop`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly generation: number;
  readonly cursors: readonly StoredCursor[];
  readonly cursorField: string | null;
  readonly sweepConfirmed: boolean;
  /** Ends the whole run when no other stream could do better after this fault. */
  readonly stop: (fault: Fault) => void;
}

export interface StreamResult {
  readonly fault?: Fault;
  readonly held?: HeldSweep;
}

/** Brings one stream up to date: plans, reads its scopes, sweeps. Does not throw. */
export async function syncStream(run: Run, stream: Stream, policy: StreamPolicy): Promise<StreamResult> {
  const { fault, held } = await new StreamSync(run, stream, policy).sync();
  if (!fault) policy.settle();
  return { ...(fault && { fault }), ...(held && { held: { stream: stream.name, ...held } }) };
}

class StreamSync {
  readonly #run: Run;
  readonly #stream: Stream;
  readonly #policy: StreamPolicy;
  readonly #normaliser: Normaliser;
  #slices: readonly Slice[] | undefined;
  #scopes: readonly Scope[] = [];
  #held: ScopeState['held'];
  /** Once in a job, a stream may be read again from its start. */
  #restarted = false;
  /** It was read as a whole so that a confirmed sweep can be done. */
  #confirmed = false;

  constructor(run: Run, stream: Stream, policy: StreamPolicy) {
    this.#run = run;
    this.#stream = stream;
    this.#policy = policy;
    this.#normaliser = policy.normaliser(stream);
  }

  async sync(): Promise<{ readonly fault?: Fault | undefined; readonly held?: ScopeState['held'] }> {
    const fault = (await this.#plan()) ?? (await this.#readAll());
    return { fault, held: this.#held };
  }

  async #plan(): Promise<Fault | undefined> {
    const { run, stream } = { run: this.#run, stream: this.#stream };
    const slicesFault = await run.slots.run(() =>
      this.#attempt(async () => {
        this.#slices = stream.slices && (await untilAborted(stream.slices(), run.signal));
      }),
    );
    if (slicesFault) return slicesFault;
    return this.#attempt(async () => {
      const stored = await this.#usableCursors();
      const plan = planStream({ ...run, stream, slices: this.#slices, stored });
      this.#scopes = plan.scopes;
      this.#held = plan.held;
      this.#confirmed = plan.forget && run.sweepConfirmed && stored.some(isHeld);
      if (plan.forget) await run.store.forgetCursors(stream.name);
      else for (const slice of plan.vanishedSlices) await forgetSlice({ stream, store: run.store }, slice);
    });
  }

  /** The stored cursors, as long as what was stored with them has the shape that is wanted now. */
  async #usableCursors(): Promise<readonly StoredCursor[]> {
    const { cursors, store, log, generation } = this.#run;
    const { name } = this.#stream;
    const stored = cursors.filter((cursor) => cursor.stream === name).map((cursor) => this.#policy.read(cursor));
    if (this.#policy.trusts(stored, generation)) return stored;
    log.info({ stream: name, why: this.#policy.anew }, 'reading the stream anew');
    await store.forgetCursors(name);
    return [];
  }

  /** Reads and sweeps, from the start a second time when the cursor has expired or cannot prove that nothing is missing. */
  async #readAll(): Promise<Fault | undefined> {
    for (;;) {
      const fault = await this.#readScopes();
      if (fault?.type === 'expired') {
        if (this.#restarted) return failureOf('cursor_expired', fault.message);
        const restartFault = await this.#restart();
        if (restartFault) return restartFault;
        continue;
      }
      if (fault) return fault;
      let again = false;
      const sweepFault = await this.#attempt(async () => {
        again = await this.#sweep();
      });
      if (sweepFault) return sweepFault;
      if (!again) return undefined;
      const restartFault = await this.#restart();
      if (restartFault) return restartFault;
    }
  }

  async #readScopes(): Promise<Fault | undefined> {
    const open = this.#scopes.filter((scope) => !scope.ended);
    const faults = await Promise.all(open.map((scope) => this.#run.slots.run(() => this.#readScope(scope))));
    return gravest(faults);
  }

  #readScope(scope: Scope): Promise<Fault | undefined> {
    let moves = 0;
    const onProgress = (): void => {
      moves += 1;
    };
    return this.#attempt(
      () => syncScope({ ...this.#reading(), normaliser: this.#normaliser, onProgress }, scope),
      () => moves,
    );
  }

  #restart(): Promise<Fault | undefined> {
    this.#restarted = true;
    this.#held = undefined;
    this.#scopes = (this.#slices ?? [undefined]).map(freshScope);
    this.#run.log.info({ stream: this.#stream.name }, 'reading the stream from its start');
    return this.#attempt(() => this.#run.store.forgetCursors(this.#stream.name));
  }

  /** Deletes what a complete listing did not name; `true` when only another reading could tell. */
  async #sweep(): Promise<boolean> {
    const { store, sweepConfirmed } = this.#run;
    const { anew } = this.#policy;
    // What rules have changed may not stay as it was, whether or not the source says that it has named all.
    const readWhole = anew === 'rules' || anew === 'key' || this.#confirmed;
    if (!readWhole && !claimsAll(this.#stream, this.#scopes)) return false;
    const unseen = await store.unseen(this.#stream.name);
    if (unseen.unseen > 0 && !skippedNothing(this.#scopes) && !this.#restarted) return true;
    const gaps = this.#scopes.some((scope) => scope.gaps);
    const judge = anew === 'key' ? judgeRekeyed : judgeSweep;
    const verdict = judge(unseen, { gaps, confirmed: sweepConfirmed || anew === 'rules' });
    if (verdict === 'sweep') await store.sweep(this.#stream.name);
    await this.#settle(verdict === 'hold' ? unseen : undefined);
    return false;
  }

  /** A source of changes does not name all again, so what became of its sweep must outlive the job. */
  async #settle(held: ScopeState['held']): Promise<void> {
    const wasHeld = this.#held !== undefined;
    this.#held = held;
    if (!this.#stream.incremental) return;
    for (const scope of this.#scopes) {
      if (!scope.complete && !wasHeld && !held) continue;
      scope.complete = false;
      await storeState(this.#reading(), scope);
    }
  }

  #reading() {
    const { store, quarantine, signal, clock, generation, cursorField } = this.#run;
    const { policy, held } = { policy: this.#policy, held: this.#held };
    return { stream: this.#stream, store, quarantine, signal, clock, generation, cursorField, held, policy };
  }

  async #attempt(work: () => Promise<void>, progress?: () => number): Promise<Fault | undefined> {
    const { clock, log, signal } = this.#run;
    const fault = await attempt(work, { clock, signal, log, ...(progress && { progress }) });
    if (fault) this.#run.stop(fault);
    return fault;
  }
}

const isHeld = ({ value }: StoredCursor): boolean => parseScopeState(value)?.held !== undefined;

/** Of the faults of several scopes the one that decides: what ends a job before what can wait, waiting last. */
function gravest(faults: readonly (Fault | undefined)[]): Fault | undefined {
  const order: readonly Fault['type'][] = ['fenced', 'gone', 'stopped', 'failed', 'expired', 'postponed', 'transient'];
  return faults
    .filter((fault) => fault !== undefined)
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type))[0];
}
