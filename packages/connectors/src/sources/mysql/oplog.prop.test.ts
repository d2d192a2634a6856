import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import { Holding } from '../../kit/contract-reading.ts';
import { mariadbProgram } from '../../testing/mariadb-server.ts';
import { stored, testDatabase } from './testing-database.ts';

/** Keys that the statements fall on; small, so that they meet. */
const KEYS = 60;
const key = fc.integer({ min: 1, max: KEYS });
const statement = fc.oneof(
  key.map((id) => `INSERT INTO log VALUES (${id}, 'new', now()) ON DUPLICATE KEY UPDATE body = 'again', at = now()`),
  key.map((id) => `UPDATE log SET body = CONCAT(body, '.'), at = now() WHERE id >= ${id} AND id < ${id} + 10`),
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

describe.skipIf(mariadbProgram === undefined)('the source mysql', () => {
  const { connect, sql, stream } = testDatabase();

  test.each(['datetime', 'timestamp(6)'])(
    'whatever is written and wherever reads break off, one more read by %s after the source is quiet gives the table',
    async (type) => {
      const writer = await connect();
      try {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
            await sql(`CREATE OR REPLACE TABLE log (id int PRIMARY KEY, body text, at ${type} NULL);
              INSERT INTO log SELECT seq, REPEAT('x', 100), now() - INTERVAL 1 DAY FROM seq_61_to_1400`);
            const source = await stream('log', { cursorField: 'at', config: { lookback_seconds: 0 } });
            const holding = new Holding();
            let cursor: unknown;
            for (const { statements, late, breaksAfter } of steps) {
              await writer.query(['BEGIN', ...statements].join('; '));
              if (!late) await writer.query('COMMIT');
              cursor = await readJob(source, holding, cursor, breaksAfter);
              if (late) await writer.query('COMMIT');
            }
            await readJob(source, holding, cursor, null);
            const expected = (await sql('SELECT id, body FROM log')).map(
              (row) => [String(row['id']), row['body'] as string] as const,
            );
            const held = holding
              .sorted()
              .map(([id, text]) => [id, (JSON.parse(text) as { body: string }).body] as const);
            expect(new Map(held)).toEqual(new Map(expected));
          }),
          { numRuns: 20 },
        );
      } finally {
        await writer.end();
      }
    },
  );
});
