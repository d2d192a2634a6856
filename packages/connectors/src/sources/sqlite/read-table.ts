import { z } from 'zod';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { guarded, openDatabase } from './database.ts';
import type { Connection, Context } from './database.ts';
import { highest, isAbove, readKeys, readRows, wholeTable } from './table-queries.ts';
import type { Scan } from './table-queries.ts';
import { orderKey, quoted } from './tables.ts';
import type { Table } from './tables.ts';
import { loadValue, storeValue, StoredValue } from './values.ts';
import type { SqlValue } from './values.ts';

/** `value`: rows below it were read by a run that ended. `scan`: the run under way, and the row that it came to. */
export const TableCursor = z.object({
  /** Fingerprint of the file, the table and the cursor field; under another one nothing can be concluded. */
  shape: z.string(),
  value: StoredValue.optional(),
  scan: z.object({ upTo: StoredValue.optional(), after: z.array(StoredValue).min(1) }).optional(),
});

export type TableCursor = z.output<typeof TableCursor>;
export type TablePage = Page<JsonObject, TableCursor>;

const NULL_OUT_OF_ORDER = 'a position in a table holds NULL';

function storePosition(values: readonly SqlValue[]): StoredValue[] {
  return values.map((value) => {
    const stored = storeValue(value);
    if (!stored) throw new Error(NULL_OUT_OF_ORDER);
    return stored;
  });
}

/** Reads a scan to its end; every page carries its position in `cursorAt`'s cursor. */
async function* readScan(
  ctx: Context,
  db: Connection,
  table: Table,
  scan: Scan,
  cursorAt: (after: StoredValue[]) => TableCursor | undefined,
): AsyncGenerator<TablePage> {
  let { after } = scan;
  for (;;) {
    ctx.signal.throwIfAborted();
    const { rows, last } = guarded(ctx.config.path, () =>
      readRows(db, table, { ...scan, after }, ctx.config.max_value_bytes),
    );
    if (!last) return;
    const cursor = cursorAt(storePosition(last));
    yield { upserts: rows, ...(cursor && { cursor }) };
    after = last;
  }
}

/** Reads the whole table by key; another attempt goes on behind the last committed page. */
export async function* readWhole(
  ctx: Context,
  table: Table,
  shape: string,
  since: TableCursor | undefined,
): AsyncGenerator<TablePage> {
  const db = await openDatabase(ctx);
  try {
    const after = since?.shape === shape ? since.scan?.after.map(loadValue) : undefined;
    yield* readScan(ctx, db, table, wholeTable(table, after), (reached) => ({ shape, scan: { after: reached } }));
  } finally {
    db.close();
  }
}

/** `value` less the lookback: dates in text step back by seconds, numbers by their own unit. */
export function steppedBack(value: SqlValue, lookback: number): SqlValue {
  if (lookback === 0) return value;
  if (typeof value === 'bigint') return value - BigInt(Math.ceil(lookback));
  if (typeof value === 'number') return value - lookback;
  const date = typeof value === 'string' ? /^\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d/.exec(value) : null;
  const time = date ? Date.parse(`${date[0].replace(' ', 'T')}Z`) - lookback * 1000 : Number.NaN;
  if (!date || Number.isNaN(time)) return value;
  return new Date(time)
    .toISOString()
    .slice(0, 19)
    .replace('T', date[1] ?? 'T');
}

interface Start {
  /** Rows at or above it are read; all when it is `undefined`. */
  readonly from: SqlValue | undefined;
  /** The cursor value of the next run: taken before the first page, so that what changes under the read is met again. */
  readonly upTo: StoredValue | undefined;
  /** What a crash must find again. */
  readonly saved: StoredValue | undefined;
  readonly after: readonly SqlValue[] | undefined;
}

function startFrom(
  db: Connection,
  table: Table,
  field: string,
  since: TableCursor | undefined,
  lookback: number,
): Start {
  const top = highest(db, table, field);
  const saved = since?.value && loadValue(since.value);
  // Nothing is as high as the last value: rows were deleted, or the file was put back from an older copy. Read it all.
  if (saved !== undefined && isAbove(db, saved, top)) {
    return { from: undefined, upTo: storeValue(top), saved: undefined, after: undefined };
  }
  return {
    from: saved === undefined ? undefined : steppedBack(saved, lookback),
    upTo: since?.scan?.upTo ?? storeValue(top),
    saved: since?.value,
    after: since?.scan?.after.map(loadValue),
  };
}

/**
 * The scan over the changed rows. With an index it walks in the field's order and touches those rows only; without one
 * it walks by key and looks at every row, which is still cheaper than sorting the table for every page.
 */
function changedRows(table: Table, field: string, start: Start): Scan {
  const column = quoted(field);
  const indexed = table.indexed.has(field);
  const order = indexed ? [field, ...orderKey(table)] : orderKey(table);
  const condition = start.from === undefined ? `${column} IS NOT NULL` : `${column} >= ?`;
  if (indexed) {
    const values = start.from === undefined ? [] : [start.from];
    return { from: { sql: condition, values }, where: 'true', values: [], order, after: start.after };
  }
  return {
    from: { sql: 'true', values: [] },
    where: condition,
    values: start.from === undefined ? [] : [start.from],
    order,
    after: start.after,
  };
}

/**
 * Reads the rows whose cursor field is NULL (nothing tells whether they changed), those at or above the last value
 * (equal ones again, since more may have come), and then names every key, so that deletes are found.
 */
export async function* readChanged(
  ctx: Context,
  table: Table,
  field: string,
  shape: string,
  given: TableCursor | undefined,
): AsyncGenerator<TablePage> {
  const db = await openDatabase(ctx);
  try {
    const since = given?.shape === shape ? given : undefined;
    const start = guarded(ctx.config.path, () => startFrom(db, table, field, since, ctx.config.cursor_lookback));
    const { upTo, saved } = start;
    const nulls: Scan = { ...wholeTable(table, undefined), where: `${quoted(field)} IS NULL` };
    yield* readScan(ctx, db, table, nulls, () => undefined);
    yield* readScan(ctx, db, table, changedRows(table, field, start), (after) => ({
      shape,
      ...(saved && { value: saved }),
      scan: { after, ...(upTo && { upTo }) },
    }));
    yield* namePresent(ctx, db, table);
    yield { upserts: [], complete: true, cursor: { shape, ...(upTo && { value: upTo }) } };
  } finally {
    db.close();
  }
}

async function* namePresent(ctx: Context, db: Connection, table: Table): AsyncGenerator<TablePage> {
  let after: readonly SqlValue[] | undefined;
  for (;;) {
    ctx.signal.throwIfAborted();
    const { keys, last } = guarded(ctx.config.path, () => readKeys(db, table, after));
    if (!last) return;
    yield { upserts: [], present: keys };
    after = last;
  }
}
