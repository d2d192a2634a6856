import { seededRandom, type SeededRandom } from '@tributary/connectors/sources/stub/seeded-random';
import { placeOf, type OraclePage, type OraclePosition, type Truth } from './oracle-row.ts';
import { keyOf, OracleTable } from './oracle-table.ts';

export interface OracleSourceOptions {
  readonly seed: number;
  /** Letters and digits that no other source of the same collection has. */
  readonly tag: string;
  readonly pageSize: number;
  /** So many records, that the sweep of `listing` takes several transactions. */
  readonly large: boolean;
  /** Nothing but `changes`, which has to be told of every change, once: what is missed there stays missed. */
  readonly changesOnly: boolean;
}

/**
 * How the streams are read: `listing`, `sliced` and `passing` name everything every time, the second in four parts, and the
 * third is gone one day; `changes` is a log of changes with deletes after a first full read; `newest` asks for rows that
 * changed since a time and lists the keys of all others.
 */
export const oracleStreams = ['changes', 'listing', 'newest', 'passing', 'sliced'] as const;
export type OracleStream = (typeof oracleStreams)[number];

/** The source has forgotten the changes behind this position. */
export class PositionExpired extends Error {}

/** The brake never holds a sweep of so few. */
const KEYS = 24;
const LARGE = { rows: 2_300, pageSize: 300, sweep: 1_100 };

/** A source that knows the truth, and changes by a log of operations that a seed decides. */
export class OracleSource {
  readonly #options: OracleSourceOptions;
  readonly #random: SeededRandom;
  readonly #tables: Readonly<Record<OracleStream, OracleTable>>;
  #passed = false;
  #shrunk = false;
  #readings = 0;

  constructor(options: OracleSourceOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed, 1);
    const table = (stream: OracleStream) => new OracleTable(`${options.tag}${stream.charAt(0)}`);
    this.#tables = {
      changes: table('changes'),
      listing: table('listing'),
      newest: table('newest'),
      passing: table('passing'),
      sliced: table('sliced'),
    };
    for (const stream of oracleStreams) {
      const rows = this.#isLarge(stream) ? LARGE.rows : this.#random.between(6, KEYS - 4);
      for (let n = 0; n < rows; n += 1) this.#tables[stream].put(keyOf(n));
    }
  }

  get streams(): readonly OracleStream[] {
    if (this.#options.changesOnly) return ['changes'];
    return oracleStreams.filter((stream) => stream !== 'passing' || !this.#passed);
  }

  truth(): Truth {
    return Object.fromEntries(
      oracleStreams.map((stream) => {
        const truth = this.#tables[stream].truth();
        if (this.#options.changesOnly && stream !== 'changes') return [stream, { rows: [], goneWords: [] }];
        if (this.streams.includes(stream)) return [stream, truth];
        return [
          stream,
          { rows: [], goneWords: [...truth.goneWords, ...truth.rows.flatMap((row) => [row.word, row.editionWord])] },
        ];
      }),
    );
  }

  /** The next operations of the log: inserts, updates, deletes, touches, and now and then a tick or a forgotten log. */
  operate(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const table = this.#tables[this.#options.changesOnly ? 'changes' : this.#random.pick(oracleStreams)];
      const id = keyOf(this.#random.between(0, KEYS - 1));
      const dice = this.#random.between(1, 100);
      if (dice <= 50) table.put(id);
      else if (dice <= 75) table.delete(id);
      else if (dice <= 88) table.touch(id);
      else if (dice <= 98) table.time += 1;
      else table.forgetLog();
    }
  }

  /** Every row becomes another edition or goes: whatever was read of them before is old. */
  rewrite(): void {
    for (const stream of this.streams) {
      if (this.#isLarge(stream)) continue;
      const table = this.#tables[stream];
      for (const id of table.idsAfter('')) {
        if (this.#random.between(1, 3) === 1) table.delete(id);
        else table.put(id);
      }
      table.time += 1;
    }
  }

  /** Deletes, once, more than a sweep takes at once, where there is so much; less than half, which would be held. */
  shrink(): void {
    if (!this.#options.large || this.#shrunk) return;
    this.#shrunk = true;
    const { listing } = this.#tables;
    for (const id of listing.idsAfter(keyOf(KEYS)).slice(0, LARGE.sweep)) listing.delete(id);
  }

  dropPassing(): void {
    this.#passed = true;
  }

  /** Throws `PositionExpired`. */
  page(stream: OracleStream, given: OraclePosition | undefined, slice: string | undefined): OraclePage {
    const at = given ?? this.#begin(stream);
    if (stream === 'changes') return at.phase === 0 ? this.#snapshot(at) : this.#changes(at);
    return stream === 'newest' ? this.#newest(at) : this.#list(stream, at, slice);
  }

  #begin(stream: OracleStream): OraclePosition {
    this.#readings += 1;
    const start = { reading: this.#readings, phase: 0, place: '' };
    return stream === 'changes' ? { ...start, log: this.#tables.changes.log.length } : start;
  }

  #list(stream: OracleStream, at: OraclePosition, slice: string | undefined): OraclePage {
    const table = this.#tables[stream];
    const size = this.#isLarge(stream) ? LARGE.pageSize : this.#options.pageSize;
    const ids = table.idsAfter(at.place).filter((id) => slice === undefined || String(Number(id.at(-1)) % 4) === slice);
    const taken = ids.slice(0, size);
    const next = { ...at, place: taken.at(-1) ?? at.place };
    return {
      upserts: table.take(taken),
      ...(taken.length > 0 && { cursor: next }),
      ...(taken.length === size && { next }),
    };
  }

  /** Everything, once; the log is then read from where it was when the snapshot began. */
  #snapshot(at: OraclePosition): OraclePage {
    const table = this.#tables.changes;
    const taken = table.idsAfter(at.place).slice(0, this.#options.pageSize);
    const complete = taken.length < this.#options.pageSize;
    const next = complete
      ? { reading: at.reading, phase: 1, place: placeOf(at.log ?? 0) }
      : { ...at, place: taken.at(-1) ?? at.place };
    return { upserts: table.take(taken), cursor: next, next, ...(complete && { complete }) };
  }

  /** Every other page has no cursor: it rides on the next one. */
  #changes(at: OraclePosition): OraclePage {
    const { log, logStart, rows } = this.#tables.changes;
    const start = Number(at.place);
    if (start < logStart) throw new PositionExpired();
    const { pageSize } = this.#options;
    const ids = [...new Set(log.slice(start, start + pageSize))];
    if (ids.length === 0) return { upserts: [] };
    const next = { ...at, place: placeOf(Math.min(start + pageSize, log.length)) };
    const deletes = ids.filter((id) => !rows.has(id));
    const carries = Math.floor(start / pageSize) % 2 === 1;
    return { upserts: this.#tables.changes.take(ids), deletes, next, ...(carries && { cursor: next }) };
  }

  /**
   * Names all rows, with the content of those that changed since `from`. The cursor at the end is the time of the beginning,
   * and is asked for with `>=`: what changed meanwhile comes again.
   */
  #newest(at: OraclePosition): OraclePage {
    const table = this.#tables.newest;
    const { reading } = at;
    const begun = at.begun ?? table.time;
    const from = at.from ?? (at.place === '' ? 0 : Number(at.place));
    const after = at.phase === 0 ? '' : at.place;
    const taken = table.idsAfter(after).slice(0, this.#options.pageSize);
    if (taken.length === 0) return { upserts: [], cursor: { reading, phase: 0, place: placeOf(begun) } };
    const isNew = (id: string) => table.timeOf(id) >= from;
    return {
      upserts: table.take(taken.filter(isNew)),
      present: taken.filter((id) => !isNew(id)),
      next: { reading, phase: 1, place: taken.at(-1) ?? after, from, begun },
    };
  }

  #isLarge(stream: OracleStream): boolean {
    return this.#options.large && stream === 'listing';
  }
}
