import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { ListingCursor, Range } from './cursor.ts';
import { PAGE_ROWS, readRanges } from './read-ranges.ts';
import { ROW_KEY, rowDecoder } from './row-decoder.ts';
import type { SqlSession } from './session.ts';
import type { SqlColumn, SqlTable } from './table.ts';

/** One read of a whole table. */
export interface ListingRead<C extends SqlColumn> {
  readonly session: SqlSession;
  readonly table: SqlTable<C>;
  /** Cuts the table for several connections. */
  planRanges(): Promise<Range[]>;
}

/** Reads every row, for a stream without cursor field; the cursor is a position inside this listing. */
export async function* readListing<C extends SqlColumn>(
  { session, table, planRanges }: ListingRead<C>,
  since: ListingCursor | undefined,
): AsyncGenerator<Page<JsonObject, ListingCursor>> {
  const start = since?.ranges ?? (await planRanges());
  await session.widen(start.filter((range) => !range.done).length);
  for await (const { rows, failures, ranges } of readRanges(session, table, start)) {
    yield { upserts: rows, failures, ...(ranges && { cursor: { key: [...table.key], ranges: [...ranges] } }) };
  }
}

/**
 * Reads the rows of a table without a key. They come sorted by a hash of the whole row, so that equal rows follow each
 * other and are numbered without remembering the ones before.
 */
export async function* readKeyless<C extends SqlColumn>(
  session: SqlSession,
  table: SqlTable<C>,
): AsyncGenerator<Page<JsonObject, never>> {
  const decoder = rowDecoder(table);
  const { sql } = table;
  let lastHash: string | null = null;
  let doubles = 0;
  const batches = session.links[0].copy(
    `SELECT ${decoder.list}, ${sql.rowHash(decoder.list)} FROM ${sql.from} ORDER BY ${table.columns.length + 1}`,
    {
      batchRows: PAGE_ROWS,
      decode(fields, size) {
        const hash = fields[table.columns.length] ?? '';
        doubles = hash === lastHash ? doubles + 1 : 0;
        lastHash = hash;
        const key = doubles === 0 ? hash : `${hash}-${doubles + 1}`;
        return { ...decoder.decode(fields, size), [ROW_KEY]: key };
      },
    },
  );
  for await (const { items } of batches) yield { upserts: items, failures: decoder.takeFailures() };
}
