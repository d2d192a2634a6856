import type { BrokenStream } from '@tributary/connectors/kit/broken-stream';
import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import type { ConnectorContext, Logger } from '@tributary/connectors/kit/context';
import type { RunState, SourceWriter, StoreSize } from '../collection-store/port.ts';
import type { Clock } from '../lib/clock.ts';
import { failpoint } from '../lib/failpoints.ts';
import type { JobId, SyncId } from '../lib/ids.ts';
import { attempt } from './attempts.ts';
import { failureOf, faultOfStore } from './fault.ts';
import type { Fault } from './fault.ts';
import { NO_COUNTS, outcomeOfFault } from './outcome-of-fault.ts';
import type { HeldSweep, SyncOutcome, SyncProgress } from './outcome.ts';
import { checkStreams } from './plan.ts';
import { PolicyViolation } from './policy-violation.ts';
import { untilAborted } from './read-ahead.ts';
import { Quarantine } from './quarantine.ts';
import { SchemaKeeper } from './schema-keeper.ts';
import type { Intake } from './schema-keeper.ts';
import { Slots } from './slots.ts';
import { Room, type Allowance } from './room.ts';
import { StoreGate } from './store-gate.ts';
import { StreamPolicy } from './stream-policy.ts';
import { syncFeed } from './sync-feed.ts';
import type { Member } from './sync-feed.ts';
import { syncStream } from './sync-stream.ts';
import type { Run, StreamResult } from './sync-stream.ts';
import { judgeSweep } from './sweep.ts';

export interface SyncRequest {
  readonly connector: Connector;
  readonly ctx: ConnectorContext;
  readonly writer: SourceWriter;
  readonly job: {
    readonly id: JobId;
    readonly syncId: SyncId;
    readonly full: boolean;
    /** Attempts in a row before this one that ended with their worker and brought nothing; default 0. */
    readonly stalledAttempts?: number;
  };
  readonly sourceName: string;
  /** A person confirmed the sweep that was held back. */
  readonly sweepConfirmed: boolean;
  /** How much the run may add to its collection, and how much is there; absent: as much as it likes. */
  readonly room?: { readonly allowance: Allowance; readonly size: StoreSize };
  /** What of the source is let in; absent: everything, and nothing is remembered. */
  readonly intake?: Intake;
  /** Its reason is a `StopReason`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after every committed page. */
  readonly onProgress: (progress: SyncProgress) => void;
}

/**
 * Runs one attempt of a sync job to its outcome. At-least-once fetch, idempotent upsert, the cursor committed with its
 * page: however it ends, the next attempt goes on from the last commit. Streams that fail do not keep the others from
 * going on, except for faults of the whole source. Does not throw.
 */
export async function runSync(request: SyncRequest): Promise<SyncOutcome> {
  const { writer, job, sourceName, signal } = request;
  const start = { jobId: job.id, syncId: job.syncId, sourceName, full: job.full };
  let state: RunState;
  let quarantine: Quarantine;
  try {
    state = await writer.beginRun(start);
    const { full, stalledAttempts = 0 } = job;
    const setNote: SourceWriter['setNote'] = (note) => writer.setNote(note);
    quarantine = await Quarantine.open({ jobId: job.id, full, stalledAttempts, note: state.note, setNote });
  } catch (error) {
    return outcomeOfFault(faultOfStore(error), signal, NO_COUNTS);
  }
  return new SyncRun(request, state, quarantine).toOutcome();
}

interface Discovered {
  readonly streams: readonly Stream[];
  /** What the source has beside them, and cannot be read. */
  readonly broken: readonly BrokenStream[];
}

class SyncRun {
  readonly #request: SyncRequest;
  readonly #stop = new AbortController();
  readonly #run: Run;
  readonly #keeper: SchemaKeeper;
  #stoppedBy: Fault | undefined;

  constructor(request: SyncRequest, state: RunState, quarantine: Quarantine) {
    const { writer, clock, log, ctx, connector, sweepConfirmed, onProgress, room } = request;
    const signal = AbortSignal.any([request.signal, this.#stop.signal]);
    this.#request = request;
    this.#keeper = new SchemaKeeper(request.intake);
    this.#run = {
      store: new StoreGate({
        writer,
        counts: state.counts,
        signal,
        onProgress,
        ...(room && { room: new Room(room.allowance, room.size, state.counts) }),
      }),
      slots: new Slots(quarantine.careful ? 1 : connector.limits.concurrency),
      quarantine,
      signal,
      clock,
      log,
      generation: state.generation,
      cursors: state.cursors,
      cursorField: ctx.options.cursorField ?? null,
      sweepConfirmed,
      stop: (fault) => this.#end(fault),
    };
  }

  async toOutcome(): Promise<SyncOutcome> {
    const held: HeldSweep[] = [];
    const fault = await this.#sync(held);
    if (!this.#request.signal.aborted) await this.#keeper.save();
    const { counts } = this.#run.store;
    if (fault) return outcomeOfFault(fault, this.#request.signal, counts);
    return { type: 'completed', counts, held };
  }

  /** The fault that decides, if any; the sweeps that were held back are added to `held`. */
  async #sync(held: HeldSweep[]): Promise<Fault | undefined> {
    let found: Discovered = { streams: [], broken: [] };
    const discovering = await this.#attempt(async () => {
      found = await this.#discover();
    });
    if (discovering) return this.#stoppedBy ?? discovering;
    const { streams, broken } = found;
    const admitted = this.#keeper.admit(streams, broken);
    if ('type' in admitted) return admitted;
    const preparing = await this.#attempt(() => this.#keeper.prepare(admitted, this.#run.store));
    if (preparing) return this.#stoppedBy ?? preparing;
    const results = await this.#syncAll(admitted, streams);
    for (const result of results) if (result.held) held.push(result.held);
    const dropping = this.#stoppedBy ?? (await this.#attempt(() => this.#dropOthers(admitted, held)));
    if (dropping) return this.#stoppedBy ?? dropping;
    const missed = this.#keeper.missed(broken).map(resultOfBroken);
    return faultOfStreams([...results, ...missed]) ?? (await this.#attempt(() => this.#run.store.endRun()));
  }

  /** Streams that share a feed are brought up to date together, all others each by itself. */
  async #syncAll(admitted: readonly Stream[], discovered: readonly Stream[]): Promise<readonly StreamResult[]> {
    const failed: StreamResult[] = [];
    const members: Member[] = [];
    for (const stream of admitted) {
      const policy = this.#policyOf(stream);
      if (policy instanceof StreamPolicy) members.push({ stream, policy });
      else failed.push(policy);
    }
    const byFeed = Map.groupBy(members, ({ stream }) => stream.feed);
    const work = [...byFeed].flatMap(([feed, fed]): (() => Promise<readonly StreamResult[]>)[] => {
      if (!feed)
        return fed.map(({ stream, policy }) => async () => [await syncStream(this.#run, stream, policy)]);
      const all = discovered.filter((stream) => stream.feed === feed).map(({ name }) => name);
      return [() => syncFeed(this.#run, feed, fed, all)];
    });
    const { quarantine } = this.#run;
    // A feed is read outside the slots; who goes carefully does one thing at a time.
    const turns = quarantine.careful ? new Slots(1) : undefined;
    const results = await Promise.all(work.map((one) => (turns ? turns.run(one) : one())));
    return [...failed, ...results.flat()];
  }

  /** How a stream is read, or why it cannot be. */
  #policyOf(stream: Stream): StreamPolicy | StreamResult {
    try {
      return this.#keeper.policyOf(stream);
    } catch (error) {
      if (error instanceof PolicyViolation) return { fault: error.fault };
      throw error;
    }
  }

  async #discover(): Promise<Discovered> {
    const { connector, ctx } = this.#request;
    const { signal } = this.#run;
    const broken: BrokenStream[] = [];
    const tellBroken = (one: BrokenStream): void => void broken.push(one);
    const streams = await untilAborted(connector.discover({ ...ctx, signal, tellBroken }), signal);
    failpoint('read.discovered');
    checkStreams(streams);
    return { streams, broken };
  }

  /** Streams that the selection leaves out go; those that the source does not have any more may be there again tomorrow. */
  async #dropOthers(streams: readonly Stream[], held: HeldSweep[]): Promise<void> {
    const { store, sweepConfirmed } = this.#run;
    const read = new Set(streams.flatMap(({ name, feed }) => (feed ? [name, feed.name] : [name])));
    for (const stream of await store.streams()) {
      const absence = read.has(stream) ? 'waiting' : this.#keeper.absence(stream);
      if (absence === 'waiting') continue;
      const unseen = await store.unseen(stream);
      const confirmed = sweepConfirmed || absence === 'excluded';
      const verdict = judgeSweep(unseen, { gaps: false, confirmed });
      if (verdict === 'hold') held.push({ stream, ...unseen });
      else await store.dropStream(stream);
      this.#keeper.noteGone(stream, verdict === 'hold' ? 'held' : 'deleted');
    }
  }

  async #attempt(work: () => Promise<void>): Promise<Fault | undefined> {
    const fault = await attempt(work, this.#run);
    if (fault) this.#end(fault);
    return fault;
  }

  /** The first fault of the whole source decides; what the other streams say afterwards only follows from it. */
  #end(fault: Fault): void {
    const final = fault.type === 'fenced' || fault.type === 'gone' || (fault.type === 'failed' && fault.wholeJob);
    if (!final || this.#stoppedBy) return;
    this.#stoppedBy = fault;
    this.#stop.abort();
  }
}

/** The others are read all the same. */
function resultOfBroken({ name, error: { reason, message } }: BrokenStream): StreamResult {
  const words = `The stream ${name} cannot be read, and what is stored of it stays: ${message}`;
  return { fault: { ...failureOf(reason, words), wholeJob: false } };
}

/** A failed stream fails the job when the others are done; otherwise the longest wait postpones it. */
function faultOfStreams(results: readonly StreamResult[]): Fault | undefined {
  const faults = results.map((result) => result.fault).filter((fault) => fault !== undefined);
  const waits = faults.filter((fault) => fault.type === 'postponed').toSorted((a, b) => b.at - a.at);
  return faults.find((fault) => fault.type !== 'postponed') ?? waits[0];
}
