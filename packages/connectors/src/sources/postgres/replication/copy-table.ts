import { z } from 'zod';
import type { JsonObject } from '../../../kit/json.ts';
import type { Page } from '../../../kit/page.ts';
import type { PostgresContext } from '../config.ts';
import { Ranges } from '../../sql/cursor.ts';
import { planRanges } from '../key-ranges.ts';
import { readRanges } from '../../sql/read-ranges.ts';
import { keyDecoder } from '../../sql/row-decoder.ts';
import type { SnapshotSession } from '../snapshot-session.ts';
import { sqlTable, type Table } from '../table.ts';

/** `mark` is that of the table when the copy began, see `listTableMarks`. */
export const CopyCursor = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('copying'), mark: z.string(), ranges: Ranges }),
  z.object({ phase: z.literal('copied'), mark: z.string() }),
]);
export type CopyCursor = z.output<typeof CopyCursor>;

/** Keys are short; a page of them is still small. */
const PAGE_KEYS = 5_000;

export interface Copy {
  readonly ctx: PostgresContext;
  readonly session: SnapshotSession;
  readonly table: Table;
  readonly mark: string;
}

/** Copies a table once, or what is left of it; what changes meanwhile and later is the feed's to tell. */
export async function* copyTable(
  copy: Copy,
  since: Extract<CopyCursor, { readonly phase: 'copying' }> | undefined,
): AsyncGenerator<Page<JsonObject, CopyCursor>> {
  const { ctx, session, table, mark } = copy;
  const start = since?.ranges ?? (await planRanges(session.links[0], table, ctx.config.connections));
  await session.widen(start.filter((range) => !range.done).length);
  for await (const { rows, failures, ranges } of readRanges(session, table, start)) {
    const cursor = ranges && { phase: 'copying' as const, mark, ranges: [...ranges] };
    yield { upserts: rows, failures, ...(cursor && { cursor }) };
  }
  const cursor = { phase: 'copied' as const, mark };
  // A copy that was broken off has not named in this job what it read before, so the keys are.
  if (since) yield* listKeys(copy, cursor);
  else yield { upserts: [], cursor, complete: true };
}

async function* listKeys({ session, table }: Copy, cursor: CopyCursor): AsyncGenerator<Page<JsonObject, CopyCursor>> {
  const decoder = keyDecoder(table);
  const sql = `SELECT ${decoder.list} FROM ${sqlTable(table)}`;
  const batches = session.links[0].copy(sql, { decode: decoder.decode, batchRows: PAGE_KEYS });
  for await (const { items, last } of batches) {
    yield { upserts: [], present: items, ...(last && { cursor, complete: true }) };
  }
}
