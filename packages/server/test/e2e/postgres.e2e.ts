import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let postgres: RunningPostgres;
let client: pg.Client;
let url: URL;
let services: Readonly<Record<'sqlite' | 'postgres', TestService>>;

beforeAll(async () => {
  postgres = await startPostgres();
  url = new URL(await postgres.createDatabase('shop'));
  client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`create table customer (id integer primary key, name text not null, city text, changed_at timestamptz not null default now());
    create table purchase (id integer primary key, customer integer references customer, item text);
    insert into customer select n, 'customer ' || n, 'city ' || (n % 7) from generate_series(1, 2500) n;
    insert into purchase select n, n % 2500 + 1, 'item ' || n from generate_series(1, 3000) n`);
  services = {
    sqlite: await startTestService(),
    postgres: await startTestService({ DATABASE_URL: await postgres.createDatabase('control') }),
  };
});

afterAll(async () => {
  await client.end();
  for (const service of Object.values(services)) await service.stop();
  await postgres.stop();
});

const credentials = () => ({ username: url.username, password: decodeURIComponent(url.password) });
const config = () => ({ host: url.hostname, port: Number(url.port), database: 'shop', sslmode: 'disable' });

describe.each(['sqlite', 'postgres'] as const)('a PostgreSQL source, with the control store on %s', (store) => {
  it('is read whole, then only its changes and deletes are counted, and both are found at once', async () => {
    const service = services[store];
    const collection = await service.newCollection();
    const made = await service.newStub({
      shortName: 'postgres',
      collection,
      config: config(),
      credentials: credentials(),
    });
    const first = await service.waitForJob(made.id);
    expect(first).toMatchObject({
      status: 'completed',
      entities_inserted: 5500,
      entities_updated: 0,
      entities_deleted: 0,
    });

    await client.query(`update customer set city = 'Zanzibar ${store}' where id <= 12; delete from purchase where id > 2990;
      insert into customer (id, name) values (${store === 'sqlite' ? 9001 : 9002}, 'Newcomer ${store}')`);
    await service.api('POST', `/v1/source-connections/${made.id}/run`);
    const second = await service.waitForJob(made.id);
    expect(second).toMatchObject({
      status: 'completed',
      entities_inserted: 1,
      entities_updated: 12,
      entities_deleted: 10,
    });

    const found = await service.api('POST', `/v1/collections/${collection}/search/instant`, {
      query: `Zanzibar ${store}`,
    });
    expect(
      found.body.results.filter(
        (hit: { raw_source_fields: { city: string } }) => hit.raw_source_fields.city === `Zanzibar ${store}`,
      ),
    ).toHaveLength(12);
    const gone = await service.api('POST', `/v1/collections/${collection}/search/instant`, { query: 'item 2995' });
    expect(
      gone.body.results.map((hit: { raw_source_fields: { item?: string } }) => hit.raw_source_fields.item),
    ).not.toContain('item 2995');
    await client.query(
      "insert into purchase select n, 1, 'item ' || n from generate_series(2991, 3000) n; delete from customer where id > 9000",
    );
  });

  it('that refuses its credential pauses the schedule and asks for a new one, which resumes it', async () => {
    const service = services[store];
    await client.query(
      `create role reader_${store} login password 'first'; grant select on all tables in schema public to reader_${store}`,
    );
    const made = await service.newStub({
      shortName: 'postgres',
      config: config(),
      credentials: { username: `reader_${store}`, password: 'first' },
    });
    await client.query(`alter role reader_${store} password 'second'`);
    await service.api('POST', `/v1/source-connections/${made.id}/run`);
    expect(await service.waitForJob(made.id)).toMatchObject({ status: 'failed' });
    const state = await service.api('GET', `/tributary/v1/source-connections/${made.id}/status`);
    expect(state.body).toMatchObject({
      setup: 'needs_reauth',
      mode: 'paused',
      tasks: [{ code: 'renew_credential' }],
    });

    const changed = await service.api('PATCH', `/v1/source-connections/${made.id}`, {
      authentication: { credentials: { username: `reader_${store}`, password: 'second' } },
    });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    await service.api('POST', `/v1/source-connections/${made.id}/run`);
    expect(await service.waitForJob(made.id)).toMatchObject({ status: 'completed' });
  });
});
