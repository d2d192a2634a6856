import type { Json } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import type { StreamShape } from './schema-memory.ts';

/**
 * What the engine keeps with every cursor of a scope (a stream, or a slice of one). The store holds it as one JSON value
 * and does not look inside; it is written in the transaction of the page that it stands behind.
 */
export interface ScopeState {
  /** The connector's own cursor; absent until the scope has yielded one. */
  readonly cursor?: Json;
  /** The listing that wrote this; the same for all attempts of a job. */
  readonly generation: number;
  /** This generation has read the scope to its end. */
  readonly ended: boolean;
  /**
   * The reading of this generation began where nothing can have been skipped: without a cursor, or with that of a read
   * that ended; or it names keys apart from the rows. Only then may its end be taken for a complete listing. A read that
   * goes on in the middle of an older generation's has not named what that one named.
   */
  readonly whole: boolean;
  /** The connector said that the read has named every record, and the sweep that follows from it is not settled yet. */
  readonly complete: boolean;
  /** A record failed without a key, so what the listing did not name may still exist. */
  readonly gaps: boolean;
  /** The `cursor_field` that the cursor belongs to. */
  readonly cursorField: string | null;
  /** A sweep that waits for a confirmation; the numbers are those of the listing that found it. */
  readonly held?: { readonly unseen: number; readonly total: number };
  /** The shape of what was stored with it; absent before there were field rules. */
  readonly shape?: StreamShape;
  /** Stands for the cursor where that is not to be read: see `CursorSeal`. */
  readonly sealed?: string;
}

const Stored = z.object({
  cursor: z.json().optional(),
  generation: z.number(),
  ended: z.boolean(),
  whole: z.boolean(),
  complete: z.boolean(),
  gaps: z.boolean(),
  cursorField: z.string().nullable(),
  held: z.object({ unseen: z.number(), total: z.number() }).optional(),
  shape: z.object({ rules: z.string(), key: z.string(), epoch: z.number() }).optional(),
  sealed: z.string().optional(),
});

/** The stored state, or `undefined` for a foreign shape: the scope is then read from its start. */
export function parseScopeState(value: Json): ScopeState | undefined {
  const parsed = Stored.safeParse(value);
  if (!parsed.success) return undefined;
  const { cursor, held, shape, sealed, ...rest } = parsed.data;
  return {
    ...rest,
    ...(cursor !== undefined && { cursor }),
    ...(held && { held }),
    ...(shape && { shape }),
    ...(sealed !== undefined && { sealed }),
  };
}

/** The state as the store keeps it. */
export function scopeStateJson(state: ScopeState): Json {
  const { shape, ...rest } = state;
  return { ...rest, ...(shape && { shape: { ...shape } }) };
}
