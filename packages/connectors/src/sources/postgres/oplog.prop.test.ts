import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import { Holding } from '../../kit/contract-reading.ts';
import { stored, testDatabase } from './testing-database.ts';

const { server, sql, stream } = testDatabase();

/** Keys that the statements fall on; small, so that they meet. */
const KEYS = 60;
const key = fc.integer({ min: 1, max: KEYS });
const statement = fc.oneof(
  key.map(
    (id) => `INSERT INTO log VALUES (${id}, 'new', now()) ON CONFLICT (id) DO UPDATE SET body = 'again', at = now()`,
  ),
  key.map((id) => `UPDATE log SET body = body || '.', at = now() WHERE id >= ${id} AND id < ${id} + 10`),
  key.map((id) => `DELETE FROM log WHERE id % ${KEYS} = ${id}`),
  fc.constant(`UPDATE log SET body = '!', at = now()`),
);
const step = fc.record({
  /** Statements of one transaction, and whether it stays open until the next step. */
  statements: fc.array(statement, { maxLength: 4 }),
  late: fc.boolean(),
  /** The read breaks off after so many pages. */
  breaksAfter: fc.option(fc.nat(3)),
});

/** Reads one job; a job that breaks off leaves its last cursor to the next. */
async function readJob(
  source: Stream,
  holding: Holding,
  cursor: unknown,
  breaksAfter: number | null,
): Promise<unknown> {
  holding.begin();
  let last = cursor;
  let pages = 0;
  for await (const page of source.read(last === undefined ? undefined : source.parseCursor(last))) {
    if (breaksAfter !== null && pages >= breaksAfter) return last;
    pages += 1;
    holding.take(source, page);
    if (page.cursor !== undefined) last = stored(page.cursor);
  }
  return last;
}

test('whatever is written and wherever reads break off, one more read after the source is quiet gives the table', async () => {
  const writer = new pg.Client({ connectionString: server().url });
  await writer.connect();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await sql(`DROP TABLE IF EXISTS log; CREATE TABLE log (id int PRIMARY KEY, body text, at timestamptz);
        INSERT INTO log SELECT i, repeat('x', 100), now() - interval '1 day' FROM generate_series(61, 1400) i`);
        const source = await stream('public.log', { cursorField: 'at', config: { lookback_seconds: 0 } });
        const holding = new Holding();
        let cursor: unknown;
        for (const { statements, late, breaksAfter } of steps) {
          await writer.query(`BEGIN; ${statements.join('; ')}`);
          if (!late) await writer.query('COMMIT');
          cursor = await readJob(source, holding, cursor, breaksAfter);
          if (late) await writer.query('COMMIT');
        }
        await readJob(source, holding, cursor, null);
        const { rows } = await sql('SELECT id::text AS id, body FROM log');
        const expected = (rows as { id: string; body: string }[]).map(({ id, body }) => [id, body]);
        const held = holding.sorted().map(([id, text]) => [id, (JSON.parse(text) as { body: string }).body]);
        expect(new Map(held as [string, string][])).toEqual(new Map(expected as [string, string][]));
      }),
      { numRuns: 20 },
    );
  } finally {
    await writer.end();
  }
});
