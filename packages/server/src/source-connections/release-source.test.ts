import { LOGICAL } from '@tributary/connectors/sources/postgres/replication/testing-settings';
import { type RunningPostgres, startPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../test/harness/service.ts';

let postgres: RunningPostgres;
let t: TestService;
let admin: pg.Client;

beforeAll(async () => {
  [postgres, t] = await Promise.all([startPostgres(LOGICAL), startTestService()]);
  admin = new pg.Client({ connectionString: postgres.url });
  admin.on('error', () => undefined);
  await admin.connect();
  await admin.query('create table note (id int primary key, body text)');
});
afterAll(async () => {
  await t.stop();
  await admin.end();
  await postgres.stop();
});

const slots = async (): Promise<string[]> =>
  (await admin.query<{ slot_name: string }>('select slot_name from pg_replication_slots')).rows.map(
    (row) => row.slot_name,
  );

/** A source connection that reads by replication, after its first job. */
const replicate = (slot: string) =>
  t.newStub({
    shortName: 'postgres',
    config: { host: postgres.host, port: postgres.port, database: 'postgres', mode: 'replication', slot },
    credentials: { username: postgres.user, password: postgres.password },
  });

it('drops the replication slot of a source connection that is deleted, and no other', async () => {
  const [one] = [await replicate('one'), await replicate('other')];
  expect((await slots()).toSorted()).toEqual(['one', 'other']);
  expect((await t.api('DELETE', `/v1/source-connections/${one.id}`)).status).toBe(200);
  await expect.poll(slots).toEqual(['other']);
});

it('deletes a source connection whose source is away, and leaves its slot there', async () => {
  const source = await replicate('left');
  await admin.end();
  await postgres.stop();
  expect((await t.api('DELETE', `/v1/source-connections/${source.id}`)).status).toBe(200);
  await expect.poll(async () => (await t.api('GET', `/v1/source-connections/${source.id}`)).status).toBe(404);
});
