import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { postgres } from '../index.ts';
import { testDatabase } from '../testing-database.ts';
import { Replica } from './testing-replica.ts';
import { LOGICAL } from './testing-settings.ts';

const { server, sql, config, credentials } = testDatabase(LOGICAL);

/** Keys that the statements fall on; small, so that they meet. */
const KEYS = 40;
const key = fc.integer({ min: 1, max: KEYS });
const table = fc.constantFrom('one', 'two');
const statement = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(table, key)
      .map(
        ([name, id]) =>
          `INSERT INTO ${name} VALUES (${id}, 'new', repeat('v', 3000)) ON CONFLICT (id) DO UPDATE SET body = 'again'`,
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(table, key)
      .map(([name, id]) => `UPDATE ${name} SET body = body || '.' WHERE id >= ${id} AND id < ${id} + 10`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(table, key)
      .map(([name, id]) => `UPDATE ${name} SET id = id + 5000 * (random() * 1000)::int WHERE id = ${id}`),
  },
  { weight: 3, arbitrary: fc.tuple(table, key).map(([name, id]) => `DELETE FROM ${name} WHERE id % ${KEYS} = ${id}`) },
  { weight: 1, arbitrary: table.map((name) => `UPDATE ${name} SET body = '!'`) },
  { weight: 1, arbitrary: table.map((name) => `TRUNCATE ${name}`) },
  { weight: 1, arbitrary: table.map((name) => `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS extra int DEFAULT 3`) },
  { weight: 1, arbitrary: table.map((name) => `ALTER TABLE ${name} DROP COLUMN IF EXISTS extra`) },
);
const step = fc.record({
  /** Each of its own transaction, or all of one. */
  statements: fc.array(statement, { maxLength: 6 }),
  together: fc.boolean(),
  /** The transaction is open while the job reads. */
  late: fc.boolean(),
  /** The read breaks off after so many pages. */
  breaksAfter: fc.option(fc.nat(5)),
  /** What becomes of the slot afterwards. */
  slot: fc.oneof(
    { weight: 8, arbitrary: fc.constant('kept') },
    { weight: 1, arbitrary: fc.constantFrom('dropped', 'advanced') },
  ),
});

const SPOIL: Readonly<Record<string, string>> = {
  kept: 'SELECT 1',
  dropped: 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active',
  advanced:
    'SELECT pg_replication_slot_advance(slot_name, pg_current_wal_lsn()) FROM pg_replication_slots WHERE NOT active',
};

const FRESH = `DROP TABLE IF EXISTS one, two;
  SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
  CREATE TABLE one (id int PRIMARY KEY, body text, big text);
  ALTER TABLE one ALTER big SET STORAGE EXTERNAL;
  CREATE TABLE two (LIKE one INCLUDING ALL);
  INSERT INTO one SELECT i, 'old', repeat('x', 3000) FROM generate_series(1, 1200) i;
  INSERT INTO two SELECT i, 'old', NULL FROM generate_series(1, 50) i`;

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Plays the steps, a job after each, and then one more job. */
async function play(writer: pg.Client, steps: readonly Step[]): Promise<Replica> {
  const replica = new Replica();
  const sync = (breaksAfter: number | null): Promise<boolean> =>
    replica.sync(postgres, { config: config({ mode: 'replication' }), credentials: credentials(), breaksAfter });
  let sound = false;
  for (const { statements, together, late, breaksAfter, slot } of steps) {
    // A new slot waits for transactions that are open, and a table's own lock for whoever uses it.
    const open = late && together && sound && !statements.some((one) => /^(ALTER|TRUNC)/.test(one));
    if (together) await writer.query(`BEGIN; ${statements.join('; ')}; ${open ? '' : 'COMMIT'}`);
    else for (const one of statements) await writer.query(one);
    sound = (await sync(breaksAfter)) && slot === 'kept';
    if (open) await writer.query('COMMIT');
    await sql(SPOIL[slot] ?? '');
  }
  await sync(null);
  return replica;
}

test('whatever is written, wherever reads break off and the slot is lost, one more read after the source is quiet gives the tables', async () => {
  const writer = new pg.Client({ connectionString: server().url });
  await writer.connect();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await sql(FRESH);
        const replica = await play(writer, steps);
        for (const name of ['one', 'two']) {
          const { rows } = await sql(`SELECT to_jsonb(t) AS row FROM ${name} t`);
          const expected = new Map((rows as { row: { id: number } }[]).map(({ row }) => [String(row.id), row]));
          expect(new Map(Object.entries(replica.rows(`public.${name}`)))).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
  } finally {
    await writer.end();
  }
}, 180_000);
