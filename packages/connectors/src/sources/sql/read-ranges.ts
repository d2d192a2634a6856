import type { JsonObject } from '../../kit/json.ts';
import type { RecordFailure } from '../../kit/page.ts';
import type { Range } from './cursor.ts';
import { mergeAsync } from './merge-async.ts';
import { rowDecoder } from './row-decoder.ts';
import type { SqlLink, SqlSession } from './session.ts';
import { isOrdered, keyColumns, orderBy, type SqlColumn, type SqlTable } from './table.ts';

export const PAGE_ROWS = 1_000;

export interface RangePage {
  readonly rows: readonly JsonObject[];
  readonly failures: readonly RecordFailure[];
  /** Where all ranges stand after these rows; `undefined` when the order of the keys cannot be relied on. */
  readonly ranges: readonly Range[] | undefined;
}

/** Reads what is left of the ranges, several at a time over the session's connections. */
export async function* readRanges<C extends SqlColumn>(
  session: SqlSession,
  table: SqlTable<C>,
  start: readonly Range[],
): AsyncGenerator<RangePage> {
  const ranges = [...start];
  const ordered = isOrdered(table);
  const open = ranges
    .keys()
    .filter((at) => !ranges[at]?.done)
    .toArray();
  const workers = session.links.slice(0, Math.max(1, open.length)).map((link) => readSome(link, table, ranges, open));
  for await (const { index, range, rows, failures } of mergeAsync(workers)) {
    ranges[index] = range;
    yield { rows, failures, ranges: ordered ? [...ranges] : undefined };
  }
}

interface Piece {
  readonly index: number;
  readonly range: Range;
  readonly rows: readonly JsonObject[];
  readonly failures: readonly RecordFailure[];
}

/** One connection's work: takes the next open range until none is left. */
async function* readSome<C extends SqlColumn>(
  link: SqlLink,
  table: SqlTable<C>,
  ranges: readonly Range[],
  open: number[],
): AsyncGenerator<Piece> {
  const decoder = rowDecoder(table);
  for (let index = open.shift(); index !== undefined; index = open.shift()) {
    const range = ranges[index] ?? {};
    const batches = link.copy(rangeSql(table, decoder.list, range), {
      decode: decoder.decode,
      batchRows: PAGE_ROWS,
    });
    for await (const { items, lastFields, last } of batches) {
      const at = items.length > 0 ? decoder.keyTexts(lastFields) : undefined;
      const next = last
        ? { ...(range.to && { to: range.to }), done: true }
        : { ...(range.to && { to: range.to }), ...(at && { at }) };
      yield { index, range: next, rows: items, failures: decoder.takeFailures() };
    }
  }
}

function rangeSql<C extends SqlColumn>(table: SqlTable<C>, list: string, { at, to }: Range): string {
  const columns = keyColumns(table);
  const bounds = [at && table.sql.compare(columns, '>', at), to && table.sql.compare(columns, '<=', to)].filter(
    (bound) => bound !== undefined,
  );
  const where = bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : '';
  // Without the order the server need not care; it is there for the positions only.
  const order = isOrdered(table) ? ` ${orderBy(table, columns)}` : '';
  return `SELECT ${list} FROM ${table.sql.from}${where}${order}`;
}
