import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeContext } from '../../../testing/connector-probe.ts';
import { type RunningPostgres, startPostgres } from '../../../testing/embedded-postgres.ts';
import { postgres } from '../index.ts';
import { Replica } from './testing-replica.ts';
import { LOGICAL } from './testing-settings.ts';

let logical: RunningPostgres;
let plain: RunningPostgres;
let admin: pg.Client;

beforeAll(async () => {
  logical = await startPostgres(LOGICAL);
  plain = await startPostgres();
  admin = new pg.Client({ connectionString: logical.url });
  await admin.connect();
  const table = 'CREATE TABLE note (id int PRIMARY KEY); INSERT INTO note VALUES (1)';
  await admin.query(`${table}; CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON note TO reader`);
  const other = new pg.Client({ connectionString: plain.url });
  await other.connect();
  await other.query(table);
  await other.end();
});
afterAll(async () => {
  await admin.end();
  await Promise.all([logical.stop(), plain.stop()]);
});

const READER = { username: 'reader', password: 'reader' };
const owner = (server: RunningPostgres) => ({ username: server.user, password: server.password });
const job = (server: RunningPostgres, mode: string, credentials: object, more: object = {}) => ({
  config: { host: server.host, port: server.port, database: 'postgres', mode, ...more },
  credentials,
});

/** `auto` reads all the same and says why; `replication` says what to change. */
async function expectHindrance(
  server: RunningPostgres,
  credentials: object,
  words: RegExp,
  more: object = {},
): Promise<void> {
  const said: object[] = [];
  const note = (fields: object): void => void said.push(fields);
  const auto = { ...job(server, 'auto', credentials, more), log: { debug: note, info: note, warn: note } };
  const replica = new Replica();
  await replica.sync(postgres, auto);
  expect(Object.keys(replica.rows('public.note'))).toEqual(['1']);
  expect(JSON.stringify(said)).toMatch(words);
  expect((await postgres.check(probeContext(postgres, auto))).account).toMatch(words);
  const insisting = probeContext(postgres, job(server, 'replication', credentials, more));
  const refusal = { reason: 'configuration', message: expect.stringMatching(words) as string };
  await expect(postgres.check(insisting)).rejects.toMatchObject(refusal);
  await expect(postgres.discover(insisting)).rejects.toMatchObject(refusal);
}

describe('replication is not possible, and it is said what to change', () => {
  test('when the server writes no logical log', () =>
    expectHindrance(plain, owner(plain), /wal_level is replica\. Set wal_level = logical/));

  test('when the user may not replicate', () => expectHindrance(logical, READER, /ALTER ROLE .*reader.* REPLICATION/));

  test('when the publication is missing and the user may not make it', async () => {
    await admin.query('ALTER ROLE reader REPLICATION');
    await expectHindrance(logical, READER, /CREATE PUBLICATION .*tributary/);
    await admin.query('GRANT CREATE ON DATABASE postgres TO reader');
    await expectHindrance(
      logical,
      READER,
      /not in the publication tributary.*CREATE PUBLICATION .*tributary.* FOR TABLE .*public.*note/,
    );
    await admin.query('CREATE PUBLICATION tributary');
    await expectHindrance(logical, READER, /ALTER PUBLICATION .*tributary.* ADD TABLE .*public.*note/);
    await admin.query('DROP PUBLICATION tributary');
  });

  test('when the publication leaves kinds of changes out, or rows', async () => {
    await admin.query("CREATE PUBLICATION partial FOR TABLE note WITH (publish = 'insert')");
    await expectHindrance(logical, owner(logical), /ALTER PUBLICATION .*partial.* SET \(publish = /, {
      publication: 'partial',
    });
    await admin.query('DROP PUBLICATION partial; CREATE PUBLICATION partial FOR TABLE note WHERE (id > 0)');
    await expectHindrance(logical, owner(logical), /partial filters its rows/, { publication: 'partial' });
    await admin.query('DROP PUBLICATION partial');
  });

  test('when the slot is of another kind, or none is free', async () => {
    await admin.query("SELECT pg_create_physical_replication_slot('taken')");
    await expectHindrance(logical, owner(logical), /slot taken belongs to something else/, { slot: 'taken' });
    for (let at = 1; at < 10; at += 1) await admin.query(`SELECT pg_create_physical_replication_slot('taken_${at}')`);
    await expectHindrance(logical, owner(logical), /all 10 replication slots are taken\. Raise max_replication_slots/);
    await admin.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
  });
});

describe('replication is possible', () => {
  test('with REPLICATION, SELECT and a publication that somebody else made', async () => {
    await admin.query('CREATE PUBLICATION mine FOR ALL TABLES');
    const replica = new Replica();
    const asked = job(logical, 'auto', READER, { publication: 'mine' });
    await replica.sync(postgres, asked);
    await admin.query('INSERT INTO note VALUES (2)');
    await replica.sync(postgres, asked);
    expect(Object.keys(replica.rows('public.note'))).toEqual(['1', '2']);
    expect(replica.copies).toEqual(['public.note']);
    const { account } = await postgres.check(probeContext(postgres, asked));
    expect(account).toMatch(/^reader@.*1 of 1 tables by logical replication, slot tributary_[0-9a-f]{12}/);
    await admin.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots; DROP PUBLICATION mine; DELETE FROM note WHERE id > 1',
    );
  });

  test('and looking changes nothing: no slot and no publication are made', async () => {
    const asked = job(logical, 'replication', owner(logical));
    await postgres.check(probeContext(postgres, asked));
    const [stream] = await postgres.discover(probeContext(postgres, asked));
    expect(stream).toMatchObject({ name: 'public.note', incremental: true, deletes: 'reported' });
    const { rows } = await admin.query(
      'SELECT (SELECT count(*) FROM pg_replication_slots) + (SELECT count(*) FROM pg_publication) AS made',
    );
    expect(rows).toEqual([{ made: '0' }]);
  });

  test('but not for a reader that takes each stream by itself', async () => {
    const ctx = probeContext(postgres, job(logical, 'auto', owner(logical)));
    const alone = { ...ctx, options: { ...ctx.options, streamsAlone: true } };
    expect((await postgres.discover(alone))[0]).toMatchObject({ incremental: false, deletes: 'listing' });
  });
});
