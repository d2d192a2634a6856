import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Feed, FeedPage, FeedPart } from '@tributary/connectors/kit/feed';
import type { Json } from '@tributary/connectors/kit/json';
import { must } from '../lib/asserts.ts';
import { attempt } from './attempts.ts';
import { canonicalJson } from './canonical-json.ts';
import { failureOf } from './fault.ts';
import type { Fault } from './fault.ts';
import type { Batch, Normaliser } from './normalise.ts';
import { readAhead, untilAborted } from './read-ahead.ts';
import { parseScopeState } from './scope-state.ts';
import type { StreamPolicy } from './stream-policy.ts';
import { syncStream } from './sync-stream.ts';
import type { Run, StreamResult } from './sync-stream.ts';

/**
 * Brings the streams of a feed up to date: the feed starts, each stream is read as any other, then the feed is read to its
 * end. Without a cursor that the feed still serves, what is known of its streams is worth nothing, and all of them are read
 * from their start. `all` are the names of its streams, those that are not read among them: what it tells of them is passed
 * over. Does not throw.
 */
export async function syncFeed(
  run: Run,
  feed: Feed,
  members: readonly Member[],
  all: readonly string[],
): Promise<readonly StreamResult[]> {
  return new FeedSync(run, feed, members, all).sync();
}

/** A stream of a feed that is read. */
export interface Member {
  readonly stream: Stream;
  readonly policy: StreamPolicy;
}

interface Pass {
  readonly results: readonly StreamResult[];
  readonly fault: Fault | undefined;
}

const resultsOf = ({ results, fault }: Pass): readonly StreamResult[] => (fault ? [...results, { fault }] : results);

class FeedSync {
  readonly #run: Run;
  readonly #feed: Feed;
  readonly #members: readonly Member[];
  readonly #all: ReadonlySet<string>;
  /** Keeps the feed's cursor, which may hold keys of the streams whose values are not to be seen. */
  readonly #keeper: StreamPolicy;
  readonly #normalisers: ReadonlyMap<string, Normaliser>;
  /** What is committed. */
  #cursor: Json | undefined;

  constructor(run: Run, feed: Feed, members: readonly Member[], all: readonly string[]) {
    this.#run = run;
    this.#feed = feed;
    this.#members = members;
    this.#all = new Set(all);
    const keeper = members.find(({ policy }) => policy.seals) ?? members[0];
    this.#keeper = must(keeper, 'a feed is read for the sake of a stream').policy;
    this.#normalisers = new Map(members.map(({ stream, policy }) => [stream.name, policy.normaliser(stream)]));
    const stored = run.cursors.find((cursor) => cursor.stream === feed.name);
    this.#cursor = stored && parseScopeState(this.#keeper.read(stored).value)?.cursor;
  }

  async sync(): Promise<readonly StreamResult[]> {
    const first = await this.#pass();
    if (first.fault?.type !== 'expired') return resultsOf(first);
    this.#cursor = undefined;
    const second = await this.#pass();
    if (second.fault?.type !== 'expired') return resultsOf(second);
    return resultsOf({ ...second, fault: failureOf('cursor_expired', second.fault.message) });
  }

  async #pass(): Promise<Pass> {
    let anew = false;
    const starting = await this.#attempt(async () => {
      anew = !(await this.#goesOn());
      if (anew) await this.#startAnew();
    });
    if (starting) return { results: [], fault: starting };
    const run = anew ? { ...this.#run, cursors: [] } : this.#run;
    const results = await Promise.all(this.#members.map(({ stream, policy }) => syncStream(run, stream, policy)));
    // A stream that failed does not keep the changes of the others back; what it misses is told by its own read.
    return { results, fault: await this.#read() };
  }

  /** Whether the feed can go on from the stored cursor. */
  async #goesOn(): Promise<boolean> {
    const since = this.#since();
    if (since === undefined) return false;
    try {
      await untilAborted(this.#feed.start(since), this.#run.signal);
      return true;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.reason !== 'cursor_expired') throw error;
      const { name } = this.#feed;
      this.#run.log.info({ feed: name, message: error.message }, 'reading all streams of the feed from their start');
      return false;
    }
  }

  /** The stored cursor as the feed takes it; `undefined` when there is none or it has a foreign shape. */
  #since(): unknown {
    try {
      return this.#cursor === undefined ? undefined : this.#feed.parseCursor(this.#cursor);
    } catch {
      return undefined;
    }
  }

  /** The feed's cursor goes first and comes last: a crash in between finds none, and starts anew again. */
  async #startAnew(): Promise<void> {
    const { store, signal } = this.#run;
    await store.forgetCursors(this.#feed.name);
    this.#cursor = undefined;
    for (const { stream } of this.#members) await store.forgetCursors(stream.name);
    await this.#storeCursor(await untilAborted(this.#feed.start(undefined), signal));
  }

  /** Outside the slots: it waits most of the time, and would keep a place from streams that are read. */
  async #read(): Promise<Fault | undefined> {
    let moves = 0;
    return this.#attempt(
      async () => {
        const { signal, clock, quarantine } = this.#run;
        const pages = this.#feed.read(this.#since(), new Set(this.#normalisers.keys()));
        for await (const page of readAhead(pages, signal, clock, quarantine.careful ? 0 : 1)) {
          await this.#take(page);
          moves += page.cursor === undefined ? 0 : 1;
        }
        await this.#storeLateFailures();
      },
      () => moves,
    );
  }

  async #take({ parts, cursor }: FeedPage): Promise<void> {
    for (const part of parts) await this.#takePart(part);
    if (cursor !== undefined) await this.#storeCursor(cursor);
  }

  async #takePart(part: FeedPart): Promise<void> {
    const normaliser = this.#normalisers.get(part.stream);
    if (!normaliser) {
      if (this.#all.has(part.stream)) return;
      throw new ConnectorError('invalid_answer', `The feed tells of a stream ${part.stream}, not its own.`);
    }
    if (part.emptied) await this.#run.store.dropStream(part.stream);
    for await (const piece of this.#run.quarantine.parts(normaliser, part))
      for (const batch of normaliser.normalise(piece).batches) await this.#storeBatch(normaliser.stream, batch);
  }

  async #storeLateFailures(): Promise<void> {
    for (const normaliser of this.#normalisers.values()) {
      const failures = normaliser.takeLateFailures();
      const batch = { upserts: [], present: [], deletes: [], failures };
      if (failures.length > 0) await this.#storeBatch(normaliser.stream, batch);
    }
  }

  async #storeBatch({ name, entityType }: Stream, batch: Batch): Promise<void> {
    await this.#run.store.apply({ stream: name, entityType, slice: '', ...batch });
  }

  async #storeCursor(given: unknown): Promise<void> {
    const { store, generation, cursorField } = this.#run;
    const cursor = JSON.parse(canonicalJson(given)) as Json;
    const value = this.#keeper.write({
      cursor,
      generation,
      ended: false,
      whole: true,
      complete: false,
      gaps: false,
      cursorField,
    });
    await store.apply({
      stream: this.#feed.name,
      entityType: '',
      slice: '',
      upserts: [],
      present: [],
      deletes: [],
      failures: [],
      cursor: { value, durable: true, done: false },
    });
    this.#cursor = cursor;
  }

  async #attempt(work: () => Promise<void>, progress?: () => number): Promise<Fault | undefined> {
    const { clock, log, signal } = this.#run;
    const fault = await attempt(work, { clock, signal, log, ...(progress && { progress }) });
    if (fault) this.#run.stop(fault);
    return fault;
  }
}
