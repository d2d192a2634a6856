import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startTestService, type TestService } from '../harness/service.ts';

let postgres: RunningPostgres;
let client: pg.Client;
let service: TestService;

beforeAll(async () => {
  postgres = await startPostgres({ settings: { wal_level: 'logical', synchronous_commit: 'on' } });
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create table customer (id integer primary key, name text not null);
    insert into customer select n, 'customer ' || n from generate_series(1, 200) n;
    create table purchase (id integer primary key, item text); insert into purchase values (1, 'a lamp')`);
  service = await startTestService();
});

afterAll(async () => {
  await client.end();
  await service.stop();
  await postgres.stop();
});

async function connect(collection: string): Promise<{ readonly id: string }> {
  return (await service.newStub({
    shortName: 'postgres',
    collection,
    config: { host: postgres.host, port: postgres.port, database: 'postgres', sslmode: 'disable', mode: 'replication' },
    credentials: { username: postgres.user, password: postgres.password },
    body: { schedule: { continuous: true } },
    wait: false,
  })) as { readonly id: string };
}

it('with a continuous schedule a change and a delete in PostgreSQL are searchable without another run being asked for', async () => {
  const collection = await service.newCollection();
  const { id } = await connect(collection);
  const names = async (query: string): Promise<string[]> => {
    const { body } = await service.api('POST', `/v1/collections/${collection}/search/instant`, { query });
    return body.results.map((hit: { name: string }) => hit.name);
  };
  const found = (query: string, name: string) =>
    eventually(`${name} to be found`, async () => ((await names(query)).includes(name) ? true : undefined));
  const gone = (query: string, name: string) =>
    eventually(`${name} to be gone`, async () => ((await names(query)).includes(name) ? undefined : true));

  await found('lamp', 'purchase 1');
  await client.query("insert into customer values (1000, 'Zanzibar')");
  await found('Zanzibar', 'Zanzibar');
  await client.query("update customer set name = 'Mozambique' where id = 1000; delete from purchase");
  await found('Mozambique', 'Mozambique');
  await gone('lamp', 'purchase 1');
  expect(await names('Zanzibar')).not.toContain('Zanzibar');

  const { status } = await service.api('DELETE', `/v1/source-connections/${id}`);
  expect(status).toBe(200);
  const slots = async () => (await client.query('select slot_name from pg_replication_slots')).rows;
  await expect.poll(slots, { message: 'the server keeps nothing for it any more', timeout: 20_000 }).toEqual([]);
});
