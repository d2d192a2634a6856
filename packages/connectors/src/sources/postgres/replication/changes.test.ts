import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../kit/json.ts';
import { postgres } from '../index.ts';
import { testDatabase } from '../testing-database.ts';
import { Replica } from './testing-replica.ts';
import { LOGICAL } from './testing-settings.ts';

const { sql, config, credentials } = testDatabase(LOGICAL);

let replica: Replica;
let settings: object;
let said: string[];
let count = 0;

/** Each test has a schema and a slot of its own. */
beforeEach(async () => {
  count += 1;
  replica = new Replica();
  settings = config({
    mode: 'replication',
    schemas: [`s${count}`],
    slot: `slot_${count}`,
    publication: `pub_${count}`,
  });
  said = [];
  await sql(`DROP PUBLICATION IF EXISTS pub_${count - 1}; SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;
    CREATE SCHEMA s${count}; SET search_path = s${count}`);
});

const note = (fields: object, message: string): void => void said.push(`${message} ${JSON.stringify(fields)}`);
const sync = (options: object = {}): Promise<boolean> =>
  replica.sync(postgres, {
    config: settings,
    credentials: credentials(),
    log: { debug: note, info: note, warn: note },
    ...options,
  });
const held = (table: string): JsonObject[] => Object.values(replica.rows(`s${count}.${table}`));
const inTable = async (table: string): Promise<JsonObject[]> =>
  (await sql(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY 1`)).rows.map(({ row }: { row: JsonObject }) => row);

/** Syncs, and insists that what is held is what the table holds. */
async function expectSame(...tables: string[]): Promise<void> {
  await sync();
  for (const table of tables) {
    const order = (rows: readonly JsonObject[]) => rows.map((row) => JSON.stringify(sorted(row))).toSorted();
    expect(order(held(table)), table).toEqual(order(await inTable(table)));
  }
}

const sorted = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const NOTES = `CREATE TABLE note (id int PRIMARY KEY, body text, big text);
  ALTER TABLE note ALTER big SET STORAGE EXTERNAL;
  INSERT INTO note SELECT i, 'body ' || i, repeat(i::text, 5000) FROM generate_series(1, 10) i`;

describe('the log tells', () => {
  test('inserts, updates and deletes, in one sequence for all tables', async () => {
    await sql(`${NOTES}; CREATE TABLE tag (name text PRIMARY KEY); INSERT INTO tag VALUES ('a'), ('b')`);
    await expectSame('note', 'tag');
    await sql(`INSERT INTO note VALUES (11, 'new', NULL); UPDATE note SET body = 'changed', big = 'small' WHERE id < 4;
      DELETE FROM note WHERE id = 5; DELETE FROM tag; INSERT INTO tag VALUES ('c')`);
    await expectSame('note', 'tag');
    await expectSame('note', 'tag');
    expect(replica.copies).toHaveLength(2);
  });

  test('nothing of a transaction that was rolled back, and each row once as it ended', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql('BEGIN; DELETE FROM note; ROLLBACK');
    await sql(`BEGIN; INSERT INTO note VALUES (20, 'x'); UPDATE note SET id = 21 WHERE id = 20; DELETE FROM note WHERE id = 21;
      INSERT INTO note VALUES (21, 'y'); SAVEPOINT one; DELETE FROM note; ROLLBACK TO one; COMMIT`);
    await expectSame('note');
    expect(held('note')).toHaveLength(11);
  });

  test('changes of the key: the old record is gone', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql('UPDATE note SET id = id + 100 WHERE id > 5; UPDATE note SET id = -id WHERE id < 3');
    await expectSame('note');
  });

  test('large values that did not change and are not sent: the row is looked up', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql(`UPDATE note SET body = 'again'; UPDATE note SET id = 77 WHERE id = 7`);
    await expectSame('note');
    expect(said.join()).toContain('looks up rows');
    said = [];
    await sql(`UPDATE note SET body = 'short lived' WHERE id = 1; DELETE FROM note WHERE id = 1`);
    await expectSame('note');
    await sql(`ALTER TABLE note REPLICA IDENTITY FULL`);
    await sql(
      `UPDATE note SET body = 'whole old row'; UPDATE note SET id = 78 WHERE id = 77; DELETE FROM note WHERE id = 3`,
    );
    await expectSame('note');
    expect(said, 'with the whole old row nothing is looked up').toEqual([]);
  });

  test('that a table was emptied, by itself or with others', async () => {
    await sql(`${NOTES}; CREATE TABLE line (id int PRIMARY KEY, note int REFERENCES note); INSERT INTO line SELECT i, i FROM generate_series(1, 10) i;
      CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept VALUES (1)`);
    await expectSame('note', 'line', 'kept');
    await sql(`INSERT INTO note VALUES (30, 'before'); TRUNCATE note CASCADE; INSERT INTO note VALUES (31, 'after')`);
    await expectSame('note', 'line', 'kept');
    await expectSame('note', 'line', 'kept');
    expect(replica.copies.filter((name) => name.endsWith('kept'))).toHaveLength(1);
  });

  test('transactions of many rows page by page, with a cursor at the end only', async () => {
    await sql('CREATE TABLE note (id int PRIMARY KEY, body text)');
    await sync();
    const before = replica.feedCursor;
    await sql(`INSERT INTO note SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i`);
    const cursors: unknown[] = [];
    await sync({ onPage: () => cursors.push(replica.feedCursor) });
    expect(held('note')).toHaveLength(5000);
    expect(cursors.length).toBeGreaterThan(4);
    expect(cursors[0]).toEqual(before);
    expect(cursors.at(-1)).not.toEqual(before);
  });

  test('partitioned tables as one, whatever becomes of their partitions', async () => {
    await sql(`CREATE TABLE event (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
      CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
      INSERT INTO event VALUES (1, '2024-01-05'), (2, '2024-02-05')`);
    await expectSame('event');
    await sql(`INSERT INTO event VALUES (3, '2024-02-06'); UPDATE event SET day = '2024-02-07' WHERE id = 1`);
    await expectSame('event');
    expect(replica.copies).toHaveLength(1);
    await sql(`TRUNCATE event_1; INSERT INTO event VALUES (4, '2024-01-01')`);
    await expectSame('event');
    await sql('ALTER TABLE event DETACH PARTITION event_2');
    await expectSame('event');
    await sql(`DROP TABLE event_2; CREATE TABLE loose (id int, day date, PRIMARY KEY (id, day)); INSERT INTO loose VALUES (9, '2024-04-04');
      ALTER TABLE event ATTACH PARTITION loose FOR VALUES FROM ('2024-04-01') TO ('2024-05-01')`);
    await expectSame('event');
  });
});

describe('a table that changes its look', () => {
  test('is copied again when a column comes, goes or gets another type', async () => {
    await sql(NOTES);
    await expectSame('note');
    for (const change of [
      `ADD COLUMN more int DEFAULT 7`,
      'DROP COLUMN body',
      'ALTER COLUMN more TYPE text',
      'RENAME COLUMN more TO less',
    ]) {
      await sql(
        `INSERT INTO note (id) SELECT max(id) + 1 FROM note; ALTER TABLE note ${change}; INSERT INTO note (id) SELECT max(id) + 1 FROM note`,
      );
      await expectSame('note');
    }
    const { length } = replica.copies;
    await sql('DELETE FROM note WHERE id = 2');
    await expectSame('note');
    expect(replica.copies).toHaveLength(length);
  });

  test('in the middle of a read ends that read, and the next goes on', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql(`UPDATE note SET body = 'one' WHERE id = 1`);
    let altered: Promise<unknown> | undefined;
    const alter = (): void => {
      altered ??= sql(`ALTER TABLE note ADD COLUMN late int; INSERT INTO note VALUES (50, 'x', 'y', 3)`);
    };
    await sync({ followMs: 20_000, onPage: alter });
    await altered;
    await expectSame('note');
    expect(held('note')).toContainEqual({ id: 50, body: 'x', big: 'y', late: 3 });
  });

  test('is another table when it was dropped and made again', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql(
      `INSERT INTO note VALUES (40, 'of the old one'); DROP TABLE note; ${NOTES}; DELETE FROM note WHERE id > 3`,
    );
    await expectSame('note');
    await expectSame('note');
  });

  test('that comes later is added and copied, and one that goes is forgotten', async () => {
    await sql(NOTES);
    await expectSame('note');
    await sql(`CREATE TABLE later (id int PRIMARY KEY); INSERT INTO later VALUES (1), (2)`);
    await expectSame('note', 'later');
    await sql('INSERT INTO later VALUES (3); DELETE FROM later WHERE id = 1');
    await expectSame('note', 'later');
    await sql('DROP TABLE note');
    await sync();
    expect(held('note')).toEqual([]);
  });

  test('without a replica identity, unlogged, or a view is read whole beside the others', async () => {
    await sql(`${NOTES}; CREATE TABLE bare (a int); INSERT INTO bare VALUES (1), (1); CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY);
      INSERT INTO fleeting VALUES (1); CREATE TABLE mute (id int PRIMARY KEY); ALTER TABLE mute REPLICA IDENTITY NOTHING; INSERT INTO mute VALUES (1)`);
    await expectSame('note', 'fleeting', 'mute');
    expect(held('bare')).toHaveLength(2);
    for (const table of ['bare', 'fleeting', 'mute']) {
      expect(
        said.some((line) => line.includes(`"s${count}.${table}"`)),
        table,
      ).toBe(true);
    }
    await sql(`UPDATE bare SET a = 2; DELETE FROM mute; DELETE FROM fleeting; DELETE FROM note WHERE id = 1`);
    await expectSame('note', 'fleeting', 'mute');
    expect(held('bare').map((row) => row['a'])).toEqual([2, 2]);
  });

  test('whose replica identity was another one for a while is read again', async () => {
    await sql(
      `CREATE TABLE note (id int PRIMARY KEY, other int NOT NULL UNIQUE); INSERT INTO note SELECT i, i FROM generate_series(1, 9) i`,
    );
    await expectSame('note');
    await sql(
      `ALTER TABLE note REPLICA IDENTITY USING INDEX note_other_key; DELETE FROM note WHERE id = 2; ALTER TABLE note REPLICA IDENTITY DEFAULT`,
    );
    await expect(sync()).rejects.toMatchObject({ reason: 'cursor_expired' });
  });
});
