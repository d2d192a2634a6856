import { z } from 'zod';
import type { SqlTable } from './table.ts';

const Position = z.array(z.string());

/** A part of the key's order: everything after `at` (or from the start) up to and including `to` (or to the end). */
export const Range = z.object({ to: Position.optional(), at: Position.optional(), done: z.boolean().optional() });
export type Range = z.output<typeof Range>;

/** Where a read of the whole table stands. */
export const Ranges = z.array(Range).min(1);

/** A stream without cursor field: good inside one listing. */
export const ListingCursor = z.object({ key: z.array(z.string()), ranges: Ranges });
export type ListingCursor = z.output<typeof ListingCursor>;

/** The highest value of the cursor field, as the server writes it, and when it was the highest (ms since the epoch). */
const Seen = z.object({ value: z.string(), at: z.number() });
export type Seen = z.output<typeof Seen>;

const field = { key: z.array(z.string()), column: z.string(), type: z.string() };

export const SnapshotCursor = z.object({
  ...field,
  phase: z.literal('snapshot'),
  ranges: Ranges,
  high: Seen.optional(),
});
export type SnapshotCursor = z.output<typeof SnapshotCursor>;

export const ChangesCursor = z.object({
  ...field,
  phase: z.literal('changes'),
  /** Oldest first. The last one is where the changes begin, the earlier ones are there to look back. */
  seen: z.array(Seen),
  /** When the keys were last listed, milliseconds since the epoch. */
  sweptAt: z.number().optional(),
  /** A pass that is not through: where it stands, and what was the highest value when it began. */
  pass: z.object({ at: Position, high: Seen.optional() }).optional(),
});
export type ChangesCursor = z.output<typeof ChangesCursor>;

export const IncrementalCursor = z.discriminatedUnion('phase', [SnapshotCursor, ChangesCursor]);
export type IncrementalCursor = z.output<typeof IncrementalCursor>;

const foreign = (): never => {
  throw new Error('the cursor belongs to another key or cursor field');
};

const sameKey = (table: SqlTable, key: readonly string[]): boolean =>
  key.length === table.key.length && key.every((name, at) => name === table.key[at]);

/** Checks a stored cursor. Throws when it does not fit the table as it is now. */
export function parseListingCursor(table: SqlTable, value: unknown): ListingCursor {
  const cursor = ListingCursor.parse(value);
  return sameKey(table, cursor.key) ? cursor : foreign();
}

export function parseIncrementalCursor(
  table: SqlTable,
  column: { name: string; type: string },
  value: unknown,
): IncrementalCursor {
  const cursor = IncrementalCursor.parse(value);
  const fits = sameKey(table, cursor.key) && cursor.column === column.name && cursor.type === column.type;
  return fits ? cursor : foreign();
}
