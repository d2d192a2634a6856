import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { Clock } from '../../kit/context.ts';
import type { ChangesCursor, IncrementalCursor, Range, Seen, SnapshotCursor } from './cursor.ts';
import { PAGE_ROWS, readRanges } from './read-ranges.ts';
import { rememberSeen } from './remember-seen.ts';
import { keyDecoder, rowDecoder } from './row-decoder.ts';
import type { SqlSession } from './session.ts';
import { isOrdered, keyColumns, orderBy, type SqlColumn, type SqlTable } from './table.ts';

const DAY_MS = 86_400_000;
/** Keys are short; a page of them is still small. */
const SWEEP_KEYS = 5_000;

type IncrementalPage = Page<JsonObject, IncrementalCursor>;

/** One read of a table by its cursor column. */
export interface IncrementalRead<C extends SqlColumn = SqlColumn> {
  readonly ctx: {
    readonly clock: Clock;
    readonly config: {
      readonly lookback_seconds: number;
      readonly delete_detection: 'every_sync' | 'daily' | 'never';
    };
  };
  readonly session: SqlSession;
  readonly table: SqlTable<C>;
  readonly column: C;
  /** Cuts the table for several connections. */
  planRanges(): Promise<Range[]>;
  /** The highest value of the column that no later change can fall behind; `undefined` when there is none. */
  findHighWater(): Promise<Seen | undefined>;
  /** The condition that a row changed since; `undefined`: every row. */
  changedSince(seen: readonly Seen[]): string | undefined;
}

/** Everything at first, then what changed since; deleted rows are found by listing the keys. */
export async function* readIncremental<C extends SqlColumn>(
  read: IncrementalRead<C>,
  since: IncrementalCursor | undefined,
): AsyncGenerator<IncrementalPage> {
  if (since?.phase === 'changes') yield* readChanges(read, since);
  else yield* readSnapshot(read, since);
}

const field = <C extends SqlColumn>({ table, column }: IncrementalRead<C>) => ({
  key: [...table.key],
  column: column.name,
  type: column.type.name,
});

async function* readSnapshot<C extends SqlColumn>(
  read: IncrementalRead<C>,
  since: SnapshotCursor | undefined,
): AsyncGenerator<IncrementalPage> {
  const { ctx, session, table } = read;
  // What changes from here on is found by the changes, however long the snapshot takes and however often it is resumed.
  const high = since ? since.high : await read.findHighWater();
  const start = since?.ranges ?? (await read.planRanges());
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

async function* readChanges<C extends SqlColumn>(
  read: IncrementalRead<C>,
  since: ChangesCursor,
): AsyncGenerator<IncrementalPage> {
  const { pass, ...rest } = since;
  // What is left of a pass that was broken off sees another moment than its beginning, so a whole one follows it.
  const begun = pass ? yield* readPass(read, rest, pass) : rest;
  yield* sweepOr(read, yield* readPass(read, begun));
}

/** Reads what changed, from the start or from where a pass was broken off; returns the cursor that stands behind it. */
async function* readPass<C extends SqlColumn>(
  read: IncrementalRead<C>,
  cursor: ChangesCursor,
  begun?: NonNullable<ChangesCursor['pass']>,
): AsyncGenerator<IncrementalPage, ChangesCursor> {
  const { ctx, table, column } = read;
  const high = begun ? begun.high : await read.findHighWater();
  const name = table.sql.quote(column.name);
  if (!column.notNull && !begun) yield* readRows(read, `${name} IS NULL`);
  const order = [column, ...keyColumns(table)];
  const from = begun ? table.sql.compare(order, '>', begun.at) : read.changedSince(cursor.seen);
  const condition = from === undefined ? `${name} IS NOT NULL` : `${name} IS NOT NULL AND ${from}`;
  for await (const { at, ...page } of readRows(read, condition, order)) {
    yield { ...page, ...(at && { cursor: { ...cursor, pass: { at, ...(high && { high }) } } }) };
  }
  return { ...cursor, seen: rememberSeen(cursor.seen, high, ctx.config.lookback_seconds * 1_000) };
}

interface RowsPage extends Pick<IncrementalPage, 'upserts' | 'failures'> {
  readonly at?: string[];
}

/** Rows that meet a condition, in an order when positions are wanted and can be relied on. */
async function* readRows<C extends SqlColumn>(
  { session, table }: IncrementalRead<C>,
  condition: string,
  order: readonly C[] = [],
): AsyncGenerator<RowsPage> {
  const decoder = rowDecoder(table);
  const ordered = order.length > 0 && isOrdered(table);
  const places = order.map((column) => table.columns.indexOf(column));
  const sql = `SELECT ${decoder.list} FROM ${table.sql.from} WHERE ${condition} ${ordered ? orderBy(table, order) : ''}`;
  const batches = session.links[0].copy(sql, { decode: decoder.decode, batchRows: PAGE_ROWS });
  for await (const { items, lastFields, last } of batches) {
    if (items.length === 0) continue;
    const at = ordered && !last ? { at: places.map((place) => lastFields[place] ?? '') } : {};
    yield { upserts: items, failures: decoder.takeFailures(), ...at };
  }
}

const isSweepDue = ({ config, clock }: IncrementalRead['ctx'], sweptAt: number | undefined): boolean => {
  if (config.delete_detection === 'never') return false;
  return config.delete_detection === 'every_sync' || sweptAt === undefined || clock.now() - sweptAt >= DAY_MS;
};

/** Ends the read with the cursor for the next job, after listing the keys when that is due. */
async function* sweepOr<C extends SqlColumn>(
  { ctx, session, table }: IncrementalRead<C>,
  cursor: ChangesCursor,
): AsyncGenerator<IncrementalPage> {
  if (!isSweepDue(ctx, cursor.sweptAt)) {
    yield { upserts: [], cursor };
    return;
  }
  const decoder = keyDecoder(table);
  const sweptAt = ctx.clock.now();
  const sql = `SELECT ${decoder.list} FROM ${table.sql.from}`;
  for await (const { items, last } of session.links[0].copy(sql, {
    decode: decoder.decode,
    batchRows: SWEEP_KEYS,
  })) {
    yield { upserts: [], present: items, ...(last && { cursor: { ...cursor, sweptAt }, complete: true }) };
  }
}
