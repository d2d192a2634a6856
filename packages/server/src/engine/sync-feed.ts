import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Stream } from '@tributary/connectors/kit/connector';
import type { Feed, FeedPage, FeedPart } from '@tributary/connectors/kit/feed';
import type { Json } from '@tributary/connectors/kit/json';
import { attempt } from './attempts.ts';
import { canonicalJson } from './canonical-json.ts';
import { failureOf } from './fault.ts';
import type { Fault } from './fault.ts';
import { Normaliser } from './normalise.ts';
import type { Batch } from './normalise.ts';
import { readAhead, untilAborted } from './read-ahead.ts';
import { parseScopeState, scopeStateJson } from './scope-state.ts';
import { syncStream } from './sync-stream.ts';
import type { Run, StreamResult } from './sync-stream.ts';

/**
 * Brings the streams of a feed up to date: the feed starts, each stream is read as any other, then the feed is read to its
 * end. Without a cursor that the feed still serves, what is known of its streams is worth nothing, and all of them are read
 * from their start. Does not throw.
 */
export async function syncFeed(run: Run, feed: Feed, streams: readonly Stream[]): Promise<readonly StreamResult[]> {
  return new FeedSync(run, feed, streams).sync();
}

interface Pass {
  readonly results: readonly StreamResult[];
  readonly fault: Fault | undefined;
}

const resultsOf = ({ results, fault }: Pass): readonly StreamResult[] => (fault ? [...results, { fault }] : results);

class FeedSync {
  readonly #run: Run;
  readonly #feed: Feed;
  readonly #streams: readonly Stream[];
  readonly #normalisers: ReadonlyMap<string, Normaliser>;
  /** What is committed. */
  #cursor: Json | undefined;

  constructor(run: Run, feed: Feed, streams: readonly Stream[]) {
    this.#run = run;
    this.#feed = feed;
    this.#streams = streams;
    this.#normalisers = new Map(streams.map((stream) => [stream.name, new Normaliser(stream)]));
    const stored = run.cursors.find((cursor) => cursor.stream === feed.name);
    this.#cursor = stored && parseScopeState(stored.value)?.cursor;
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
    const results = await Promise.all(this.#streams.map((stream) => syncStream(run, stream)));
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
    for (const { name } of this.#streams) await store.forgetCursors(name);
    await this.#storeCursor(await untilAborted(this.#feed.start(undefined), signal));
  }

  /** Outside the slots: it waits most of the time, and would keep a place from streams that are read. */
  async #read(): Promise<Fault | undefined> {
    let moves = 0;
    return this.#attempt(
      async () => {
        const { signal, clock, quarantine } = this.#run;
        const pages = this.#feed.read(this.#since());
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
    if (!normaliser)
      throw new ConnectorError('invalid_answer', `The feed tells of a stream ${part.stream}, not its own.`);
    if (part.emptied) await this.#run.store.dropStream(part.stream);
    for await (const piece of this.#run.quarantine.parts(normaliser.stream, part))
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
    const value = scopeStateJson({
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
