import { z } from 'zod';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import { none } from '@tributary/connectors/kit/auth';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { oracleFeed } from './oracle-feed.ts';

export interface OracleRow {
  readonly [field: string]: string | number;
  readonly id: string;
  readonly value: number;
  /** A clock of the source that stands still now and then, so that many rows share a time. */
  readonly updatedAt: number;
}

/**
 * How the source is read: `listing` names everything every time; `changes` reads a log of changes with deletes after a
 * first full read; `newest` asks for rows changed since a time and lists the keys of all others; `sliced` is `listing`
 * in four parts; `told` and `twin` are copied once and get their changes from one feed.
 */
export type OracleKind = 'listing' | 'changes' | 'newest' | 'sliced' | 'told' | 'twin';

interface LogEntry {
  readonly sequence: number;
  /** Absent: all rows were removed. */
  readonly id: string | undefined;
}

const Row = z.object({ id: z.string(), value: z.number(), updatedAt: z.number() });
const PAGE = 3;

/** A source that knows the truth: rows that change under the reader, and a fault at any step when asked. */
export class OracleSource {
  readonly rows = new Map<string, OracleRow>();
  /** Called before each page is read. */
  beforePage: (kind: OracleKind) => void = () => undefined;
  pagesRead = 0;
  /** Changes before this one are forgotten by the log. */
  logStart = 0;
  readonly log: LogEntry[] = [];
  #time = 0;

  put(id: string, value: number): void {
    this.rows.set(id, { id, value, updatedAt: this.#time });
    this.log.push({ sequence: this.log.length + 1, id });
  }

  delete(id: string): void {
    if (this.rows.delete(id)) this.log.push({ sequence: this.log.length + 1, id });
  }

  clear(): void {
    if (this.rows.size === 0) return;
    for (const id of this.rows.keys()) this.delete(id);
    this.log.push({ sequence: this.log.length + 1, id: undefined });
  }

  tick(): void {
    this.#time += 1;
  }

  forgetLog(): void {
    this.logStart = this.log.length;
  }

  /** What a collection that equals the source holds. */
  truth(kinds: readonly OracleKind[]): Record<string, OracleRow> {
    const ids = [...this.rows.keys()].sort();
    return Object.fromEntries(
      kinds.toSorted().flatMap((kind) => ids.map((id) => [`${kind}/${id}`, this.rows.get(id) as OracleRow])),
    );
  }

  connector(kinds: readonly OracleKind[], concurrency = 2): Connector {
    const declaration = {
      id: 'oracle',
      title: 'Oracle',
      description: 'Knows the truth.',
      auth: [none],
      config: z.object({}),
      limits: { requestsPerMinute: 60_000, concurrency },
      check: () => Promise.resolve({ account: 'oracle' }),
    } as const;
    const connector = defineConnector(declaration, (stream) => {
      const copied = { incremental: true, cursor: z.object({ after: z.string().optional() }) };
      const base = { title: 'Rows', row: Row, key: (row: { id: string }) => row.id };
      const all = {
        listing: stream({
          ...base,
          cursor: z.object({ after: z.string() }),
          read: (_ctx, since) => this.#list('listing', since?.after),
        }),
        changes: stream({
          ...base,
          incremental: true,
          cursor: z.object({ sequence: z.number(), after: z.string().optional() }),
          read: (_ctx, since) => this.#changes(since),
        }),
        newest: stream({
          ...base,
          incremental: true,
          deletes: 'listing',
          cursor: z.object({ from: z.number() }),
          read: (_ctx, since) => this.#newest(since?.from),
        }),
        told: stream({ ...base, ...copied, read: (_ctx, since) => this.#copy('told', since) }),
        twin: stream({ ...base, ...copied, read: (_ctx, since) => this.#copy('twin', since) }),
        sliced: stream({
          ...base,
          cursor: z.object({ after: z.string() }),
          slices: () => Promise.resolve(['0', '1', '2', '3'].map((id) => ({ id }))),
          read: (_ctx, since, slice) => this.#list('sliced', since?.after, slice?.id),
        }),
      };
      return Object.fromEntries(kinds.map((kind) => [kind, all[kind]]));
    });
    return { ...connector, discover: async (ctx) => this.#feed(await connector.discover(ctx)) };
  }

  #feed(streams: readonly Stream[]): readonly Stream[] {
    const fed = streams.filter(({ name }) => name === 'told' || name === 'twin');
    const names = fed.map(({ name }) => name);
    const feed = oracleFeed(this, names);
    return streams.map((stream) => (fed.includes(stream) ? { ...stream, feed } : stream));
  }

  turnPage(kind: OracleKind): void {
    this.pagesRead += 1;
    this.beforePage(kind);
  }

  async *#list(kind: OracleKind, since = '', slice?: string) {
    let after = since;
    for (;;) {
      this.turnPage(kind);
      const ids = [...this.rows.keys()].filter((id) => id > after && (slice === undefined || sliceOf(id) === slice));
      const upserts = this.take(ids.sort().slice(0, PAGE));
      after = upserts.at(-1)?.id ?? after;
      yield { upserts, ...(upserts.length > 0 && { cursor: { after } }) };
      if (upserts.length < PAGE) return;
      await Promise.resolve();
    }
  }

  async *#changes(since: { readonly sequence: number; readonly after?: string | undefined } | undefined) {
    if (since && since.sequence < this.logStart) {
      throw new ConnectorError('cursor_expired', 'The log does not go back so far.');
    }
    const sequence = since?.sequence ?? this.log.length;
    if (!since || since.after !== undefined) yield* this.#snapshot(sequence, since?.after ?? '');
    yield* this.#logFrom(sequence);
  }

  /** Everything, once; the log is then read from where it was when the snapshot began. */
  async *#snapshot(sequence: number, start: string) {
    let pages = 0;
    for (let after: string | undefined = start; after !== undefined;) {
      this.turnPage('changes');
      const from: string = after;
      const ids = [...this.rows.keys()].filter((id) => id > from).sort();
      const upserts = this.take(ids.slice(0, PAGE));
      after = upserts.length < PAGE ? undefined : upserts.at(-1)?.id;
      const cursor = { sequence, ...(after !== undefined && { after }) };
      // Every other page has none: it rides on the next one.
      const carries = after === undefined || (pages += 1) % 2 === 0;
      yield { upserts, ...(carries && { cursor }), complete: after === undefined };
      await Promise.resolve();
    }
  }

  /** Everything, once; what is left of a copy that was broken off names all keys at its end. */
  async *#copy(kind: OracleKind, since: { readonly after?: string | undefined } | undefined) {
    if (since && since.after === undefined) return;
    for (let after = since?.after ?? ''; ;) {
      this.turnPage(kind);
      const from = after;
      const ids = [...this.rows.keys()].filter((id) => id > from).sort();
      const upserts = this.take(ids.slice(0, PAGE));
      if (upserts.length < PAGE) {
        const present = since ? [...this.rows.keys()] : [];
        yield { upserts, present, cursor: {}, complete: true };
        return;
      }
      after = upserts.at(-1)?.id ?? after;
      yield { upserts, cursor: { after } };
      await Promise.resolve();
    }
  }

  async *#logFrom(start: number) {
    for (let sequence = start; ;) {
      this.turnPage('changes');
      const entries = this.log.slice(sequence, sequence + PAGE);
      if (entries.length === 0) return;
      sequence += entries.length;
      const ids = [...new Set(entries.flatMap((entry) => entry.id ?? []))];
      yield { upserts: this.take(ids), deletes: ids.filter((id) => !this.rows.has(id)), cursor: { sequence } };
      await Promise.resolve();
    }
  }

  /**
   * Asks with `>=`, since more rows of the same time may come after the last read; and the cursor stays behind the time
   * of the first page, since rows that were read early may change while the later ones are read.
   */
  async *#newest(from = -1) {
    const begun = this.#time;
    const ids = [...this.rows.keys()].sort((a, b) => this.#timeOf(a) - this.#timeOf(b) || (a < b ? -1 : 1));
    let time = from;
    for (let start = 0; start < ids.length; start += PAGE) {
      this.turnPage('newest');
      const part = ids.slice(start, start + PAGE);
      const upserts = this.take(part.filter((id) => this.#timeOf(id) >= from));
      time = Math.max(time, ...upserts.map((row) => Math.min(row.updatedAt, begun)));
      yield { upserts, present: part.filter((id) => this.rows.has(id) && this.#timeOf(id) < from) };
      await Promise.resolve();
    }
    yield { upserts: [], cursor: { from: time } };
  }

  #timeOf(id: string): number {
    return this.rows.get(id)?.updatedAt ?? 0;
  }

  take(ids: readonly string[]): OracleRow[] {
    return ids.map((id) => this.rows.get(id)).filter((row) => row !== undefined);
  }
}

function sliceOf(id: string): string {
  return String(id.charCodeAt(id.length - 1) % 4);
}
