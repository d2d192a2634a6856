import { z } from 'zod';

/** A record of the oracle. Its two words are in no other record, so that a search for one finds this record or nothing. */
export const OracleRow = z.object({
  id: z.string(),
  /** Rises with every change, also over a deletion. */
  edition: z.int(),
  /** The same for all editions of the key. */
  word: z.string(),
  editionWord: z.string(),
  note: z.string(),
});
export type OracleRow = z.output<typeof OracleRow>;

/**
 * A position in a stream. Positions of one stream and slice only ever rise, compared by reading, phase and place: every
 * reading that begins anew gets a higher number.
 */
export const OraclePosition = z.object({
  reading: z.int(),
  phase: z.int(),
  place: z.string(),
  /** Length of the log of changes when a snapshot began. */
  log: z.int().optional(),
  /** Rows that have not changed since are named only. */
  from: z.int().optional(),
  begun: z.int().optional(),
});
export type OraclePosition = z.output<typeof OraclePosition>;

/** What the oracle answers when it is asked for a page. */
export const OraclePage = z.object({
  upserts: z.array(OracleRow),
  present: z.array(z.string()).default([]),
  deletes: z.array(z.string()).default([]),
  cursor: OraclePosition.optional(),
  complete: z.boolean().default(false),
  /** Where the reading goes on; absent at its end. */
  next: OraclePosition.optional(),
});
export type OraclePage = z.input<typeof OraclePage>;

/** What a collection that equals the source holds of one stream, and the words that must find nothing. */
export interface StreamTruth {
  readonly rows: readonly OracleRow[];
  readonly goneWords: readonly string[];
}

export type Truth = Readonly<Record<string, StreamTruth>>;

/** Numbers as text that sorts like them. */
export const placeOf = (number: number): string => String(number).padStart(9, '0');
