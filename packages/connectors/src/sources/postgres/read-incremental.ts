import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { PostgresContext } from './config.ts';
import type { ChangesCursor, IncrementalCursor, SnapshotCursor } from './cursor.ts';
import { changedSince, findHighWater, remember } from './high-water.ts';
import { isOrdered, planRanges } from './key-ranges.ts';
import { PAGE_ROWS, readRanges } from './read-ranges.ts';
import { keyDecoder, rowDecoder } from './row-decoder.ts';
import type { SnapshotSession } from './snapshot-session.ts';
import { type Column, compare, keyColumns, orderBy, quoteName, sqlTable, type Table } from './table.ts';

const DAY_MS = 86_400_000;
/** Keys are short; a page of them is still small. */
const SWEEP_KEYS = 5_000;

type IncrementalPage = Page<JsonObject, IncrementalCursor>;

/** One read of a table by its cursor column. */
export interface IncrementalRead {
  readonly ctx: PostgresContext;
  readonly session: SnapshotSession;
  readonly table: Table;
  readonly column: Column;
}

/** Everything at first, then what changed since; deleted rows are found by listing the keys. */
export async function* readIncremental(
  read: IncrementalRead,
  since: IncrementalCursor | undefined,
): AsyncGenerator<IncrementalPage> {
  if (since?.phase === 'changes') yield* readChanges(read, since);
  else yield* readSnapshot(read, since);
}

const field = ({ table, column }: IncrementalRead) => ({
  key: [...table.key],
  column: column.name,
  type: column.type.name,
});

async function* readSnapshot(
  read: IncrementalRead,
  since: SnapshotCursor | undefined,
): AsyncGenerator<IncrementalPage> {
  const { ctx, session, table, column } = read;
  const [leader] = session.links;
  // What changes from here on is found by the changes, however long the snapshot takes and however often it is resumed.
  const high = since ? since.high : await findHighWater(leader, table, column, ctx.clock);
  const start = since?.ranges ?? (await planRanges(leader, table, ctx.config.connections));
  await session.widen(start.filter((range) => !range.done).length);
  for await (const { rows, failures, ranges } of readRanges(session, table, start)) {
    const cursor = ranges && { ...field(read), phase: 'snapshot' as const, ranges: [...ranges], ...(high && { high }) };
    yield { upserts: rows, failures, ...(cursor && { cursor }) };
  }
  const seen = high ? [high] : [];
  // A resumed snapshot sees another moment than the one it began with, and has not named what an earlier job read.
  if (since) return yield* readChanges(read, { ...field(read), phase: 'changes', seen });
  const complete = ctx.config.delete_detection !== 'never';
  const cursor: ChangesCursor = { ...field(read), phase: 'changes', seen, sweptAt: ctx.clock.now() };
  yield { upserts: [], cursor, ...(complete && { complete }) };
}

async function* readChanges(read: IncrementalRead, since: ChangesCursor): AsyncGenerator<IncrementalPage> {
  const { pass, ...rest } = since;
  // What is left of a pass that was broken off sees another moment than its beginning, so a whole one follows it.
  const begun = pass ? yield* readPass(read, rest, pass) : rest;
  yield* sweepOr(read, yield* readPass(read, begun));
}

/** Reads what changed, from the start or from where a pass was broken off; returns the cursor that stands behind it. */
async function* readPass(
  read: IncrementalRead,
  cursor: ChangesCursor,
  begun?: NonNullable<ChangesCursor['pass']>,
): AsyncGenerator<IncrementalPage, ChangesCursor> {
  const { ctx, session, table, column } = read;
  const lookback = ctx.config.lookback_seconds;
  const high = begun ? begun.high : await findHighWater(session.links[0], table, column, ctx.clock);
  const name = quoteName(column.name);
  if (!column.notNull && !begun) yield* readRows(read, `${name} IS NULL`);
  const order = [column, ...keyColumns(table)];
  const from = begun ? compare(order, '>', begun.at) : changedSince(column, cursor.seen, lookback, ctx.clock.now());
  const condition = from === undefined ? `${name} IS NOT NULL` : `${name} IS NOT NULL AND ${from}`;
  for await (const { at, ...page } of readRows(read, condition, order)) {
    yield { ...page, ...(at && { cursor: { ...cursor, pass: { at, ...(high && { high }) } } }) };
  }
  return { ...cursor, seen: remember(cursor.seen, high, lookback * 1_000) };
}

interface RowsPage extends Pick<IncrementalPage, 'upserts' | 'failures'> {
  readonly at?: string[];
}

/** Rows that meet a condition, in an order when positions are wanted and can be relied on. */
async function* readRows(
  { session, table }: IncrementalRead,
  condition: string,
  order: readonly Column[] = [],
): AsyncGenerator<RowsPage> {
  const decoder = rowDecoder(table);
  const ordered = order.length > 0 && isOrdered(table);
  const places = order.map((column) => table.columns.indexOf(column));
  const sql = `SELECT ${decoder.list} FROM ${sqlTable(table)} WHERE ${condition} ${ordered ? orderBy(order) : ''}`;
  const batches = session.links[0].copy(sql, { decode: decoder.decode, batchRows: PAGE_ROWS });
  for await (const { items, lastFields, last } of batches) {
    if (items.length === 0) continue;
    const at = ordered && !last ? { at: places.map((place) => lastFields[place] ?? '') } : {};
    yield { upserts: items, failures: decoder.takeFailures(), ...at };
  }
}

const isSweepDue = ({ ctx: { config, clock } }: IncrementalRead, sweptAt: number | undefined): boolean => {
  if (config.delete_detection === 'never') return false;
  return config.delete_detection === 'every_sync' || sweptAt === undefined || clock.now() - sweptAt >= DAY_MS;
};

/** Ends the read with the cursor for the next job, after listing the keys when that is due. */
async function* sweepOr(read: IncrementalRead, cursor: ChangesCursor): AsyncGenerator<IncrementalPage> {
  const { ctx, session, table } = read;
  if (!isSweepDue(read, cursor.sweptAt)) {
    yield { upserts: [], cursor };
    return;
  }
  const decoder = keyDecoder(table);
  const sweptAt = ctx.clock.now();
  const sql = `SELECT ${decoder.list} FROM ${sqlTable(table)}`;
  for await (const { items, last } of session.links[0].copy(sql, {
    decode: decoder.decode,
    batchRows: SWEEP_KEYS,
  })) {
    yield { upserts: [], present: items, ...(last && { cursor: { ...cursor, sweptAt }, complete: true }) };
  }
}
