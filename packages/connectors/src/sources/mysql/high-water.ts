import type { Clock } from '../../kit/context.ts';
import type { Seen } from '../sql/cursor.ts';
import { seenBefore } from '../sql/remember-seen.ts';
import type { Horizon } from './horizon.ts';
import type { Link } from './open-client.ts';
import { quoteName, quoteText } from './quote.ts';
import type { Column, Table } from './table.ts';

/** How `0000-00-00` begins, which old programs write when they know no time. */
const NO_TIME = '0000-00-00';

/**
 * The highest value of the cursor column in the snapshot. Moments are not taken beyond the horizon, lest one row from the
 * future, or one that is written just now, hide what follows.
 */
export async function findHighWater(
  link: Link,
  table: Table,
  column: Column,
  horizon: Horizon | undefined,
  clock: Clock,
): Promise<Seen | undefined> {
  const [row] = await link.rows(`SELECT MAX(${quoteName(column.name)}) AS value FROM ${table.sql.from}`);
  const value = row?.['value'] ?? undefined;
  if (value === undefined) return undefined;
  const limit = horizon && limitOf(column, horizon);
  return { value: limit !== undefined && limit < value ? limit : value, at: clock.now() };
}

/** The horizon as a value of the column; the server writes moments so that their texts sort as they do. */
function limitOf({ type }: Column, { utc, earliest }: Horizon): string | undefined {
  if (type.cursor !== 'time') return undefined;
  if (type.name === 'timestamp') return utc;
  return type.name === 'date' ? earliest.slice(0, NO_TIME.length) : earliest;
}

/**
 * The condition that a row changed since: moments look back by their value, numbers to the value that was the highest
 * `lookbackSeconds` ago, because a number taken early may be committed late. Rows that know no time are read every time.
 * `undefined`: every row.
 */
export function changedSince(
  { name, type }: Column,
  seen: readonly Seen[],
  lookbackSeconds: number,
  now: number,
): string | undefined {
  const quoted = quoteName(name);
  if (type.cursor !== 'time') {
    const start = seenBefore(seen, lookbackSeconds * 1_000, now);
    return start && `${quoted} >= ${type.literal(start.value)}`;
  }
  const last = seen.at(-1);
  if (!last || last.value.startsWith(NO_TIME)) return undefined;
  const kind = type.name === 'date' ? 'DATE' : 'DATETIME(6)';
  const value = `CAST(${quoteText(last.value)} AS DATETIME(6))`;
  // A day or month that is none has nothing before it.
  const start = `CAST(COALESCE(${value} - INTERVAL ${lookbackSeconds} SECOND, ${value}) AS ${kind})`;
  return `(${quoted} >= ${start} OR ${quoted} = ${quoteText(NO_TIME)})`;
}
