import type { Range } from '../sql/cursor.ts';
import { isOrdered, keyColumns, orderBy } from '../sql/table.ts';
import type { Link } from './open-client.ts';
import { quoteName } from './quote.ts';
import type { Column, Table } from './table.ts';

/** A range of a table should be worth a query of its own. */
const RANGE_BYTES = 16 * 1_024 * 1_024;
/** Ranges for each connection: they are cut by guess, and who has a small one takes another. */
const RANGES_EACH = 4;
/** Characters that keys are likely to go on with, in no particular order: the server sorts what they lead to. */
const LIKELY = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:/';
const BYTE_STEPS = Array.from({ length: 31 }, (_, at) => ((at + 1) * 8).toString(16).padStart(2, '0').toUpperCase());

/**
 * Cuts a table into ranges of its key for `count` connections. The server has no sample to offer, so values between the
 * lowest and the highest are guessed, and the keys that follow them are where the table is cut. A small table, or one
 * whose key begins with something else than integers, text or bytes, is one range.
 */
export async function planRanges(link: Link, table: Table, count: number): Promise<Range[]> {
  const whole: Range[] = [{}];
  if (!isOrdered(table) || count < 2 || table.isView) return whole;
  const wanted = Math.min(count * RANGES_EACH, Math.floor((await sizeOf(link, table)) / RANGE_BYTES));
  if (wanted < 2) return whole;
  const columns = keyColumns(table);
  const guesses = await guess(link, table, columns[0], wanted);
  if (guesses.length === 0) return whole;
  const ends = thin(await keysFrom(link, table, columns, guesses), wanted - 1);
  return [...ends, undefined].map((to, at) => ({ ...(to && { to }), ...(ends[at - 1] && { at: ends[at - 1] }) }));
}

async function sizeOf(link: Link, { name, breadcrumbs }: Table): Promise<number> {
  const database = breadcrumbs[0]?.name ?? '';
  const [row] = await link.rows(
    'SELECT DATA_LENGTH AS bytes FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    [database, name],
  );
  return Number(row?.['bytes'] ?? 0);
}

/** Values of the key's first column, as the select list would write them, that may have rows on both sides. */
async function guess(link: Link, table: Table, column: Column | undefined, wanted: number): Promise<string[]> {
  if (!column || column.type.between === undefined) return [];
  const name = quoteName(column.name);
  const [row] = await link.rows(
    `SELECT ${column.type.select(`MIN(${name})`, true)} AS low, ${column.type.select(`MAX(${name})`, true)} AS high FROM ${table.sql.from}`,
  );
  const [low, high] = [row?.['low'] ?? '', row?.['high'] ?? ''];
  return guessers[column.type.between](low, high, wanted);
}

const guessers: Readonly<
  Record<NonNullable<Column['type']['between']>, (low: string, high: string, wanted: number) => string[]>
> = {
  integer(low, high, wanted) {
    const [from, to] = [BigInt(low), BigInt(high)];
    return Array.from({ length: wanted - 1 }, (_, at) =>
      String(from + ((to - from) * BigInt(at + 1)) / BigInt(wanted)),
    );
  },
  text(low, high) {
    const prefix = low.slice(0, sameLength(low, high));
    return Array.from(LIKELY, (next) => prefix + next);
  },
  bytes(low, high) {
    const prefix = low.slice(0, sameLength(low, high) & ~1);
    return BYTE_STEPS.map((next) => prefix + next);
  },
};

function sameLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

/** The first keys at or behind the guesses, without doubles, in the order of the server. */
async function keysFrom(
  link: Link,
  table: Table,
  columns: readonly Column[],
  guesses: readonly string[],
): Promise<string[][]> {
  const [first] = columns;
  if (!first) return [];
  const shown = columns.map((column, at) => `${table.sql.selected(column)} AS k${at}`).join(', ');
  const seeks = guesses.map(
    (value) =>
      `(SELECT ${shown} FROM ${table.sql.from} WHERE ${quoteName(first.name)} >= ${first.type.literal(value)}
        ${orderBy(table, columns)} LIMIT 1)`,
  );
  const rows = await link.rows(`${seeks.join(' UNION ')} ORDER BY ${columns.map((_, at) => `k${at}`).join(', ')}`);
  return rows.map((row) => columns.map((_, at) => row[`k${at}`] ?? ''));
}

/** At most `most` of the items, evenly spread. */
const thin = <T>(items: readonly T[], most: number): T[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, at) => items[Math.floor(((at + 1) * items.length) / (most + 1))]).filter(
        (item) => item !== undefined,
      );
