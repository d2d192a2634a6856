import type { Clock } from '../../kit/context.ts';
import type { Seen } from '../sql/cursor.ts';
import { seenBefore } from '../sql/remember-seen.ts';
import type { Link } from './open-client.ts';
import { type Column, literal, quoteName, sqlTable, type Table } from './table.ts';

/**
 * The highest value of the cursor column in the snapshot. Moments are not taken beyond the server's own time, lest one row
 * from the future hide all that follow; nor beyond the start of the oldest transaction that is writing, as far as the user
 * may see it, since its rows will carry the time at which it began.
 */
export async function findHighWater(link: Link, table: Table, column: Column, clock: Clock): Promise<Seen | undefined> {
  const highest = `max(${quoteName(column.name)})`;
  const cast = (moment: string): string => `(${moment})::${column.type.sqlName}`;
  const writing = `SELECT min(xact_start) FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL AND datname = current_database()`;
  const limited =
    column.type.cursor === 'time'
      ? `CASE WHEN ${highest} IS NOT NULL THEN LEAST(${highest}, ${cast('now()')}, ${cast(writing)}) END`
      : highest;
  const [row] = await link.rows(`SELECT (${limited})::text AS value FROM ${sqlTable(table)}`);
  const value = row?.['value'] ?? undefined;
  return value === undefined ? undefined : { value, at: clock.now() };
}

/**
 * The condition that a row changed since: moments look back by their value, numbers to the value that was the highest
 * `lookback_seconds` ago, because a number taken early may be committed late. `undefined`: every row.
 */
export function changedSince(
  column: Column,
  seen: readonly Seen[],
  lookbackSeconds: number,
  now: number,
): string | undefined {
  const name = quoteName(column.name);
  if (column.type.cursor === 'time') {
    const last = seen.at(-1);
    if (!last) return undefined;
    if (last.value.endsWith('infinity')) return `${name} >= ${literal(column, last.value)}`;
    return `${name} >= (${literal(column, last.value)} - interval '${lookbackSeconds} seconds')::${column.type.sqlName}`;
  }
  const start = seenBefore(seen, lookbackSeconds * 1_000, now);
  return start && `${name} >= ${literal(column, start.value)}`;
}
