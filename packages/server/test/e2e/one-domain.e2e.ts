import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let postgres: RunningPostgres;
let source: URL;

beforeAll(async () => {
  postgres = await startPostgres();
  source = new URL(await postgres.createDatabase('crm'));
  const client = new pg.Client({ connectionString: source.href });
  await client.connect();
  await client.query(`create table customer (id integer primary key, name text not null);
    create table invoice (id integer primary key, subject text not null);
    insert into customer values (1, 'Ada Lovelace'), (2, 'Grace Hopper');
    insert into invoice values (1, 'Invoice to Ada')`);
  await client.end();
});
afterAll(() => postgres.stop());

const login = () => ({ username: source.username, password: decodeURIComponent(source.password) });
const place = '/apiops/projects/default/connections';

describe.each(['sqlite', 'postgres'] as const)('one connection in three documents, control store on %s', (store) => {
  let t: TestService;
  let collection: string;
  /** By the document of source connections, and by that of integration sources. */
  let sourceConnection: { readonly id: string };
  let integrationSource: { readonly id: string; readonly name: string };

  const bearer = (method: string, path: string, body?: unknown) =>
    t.api(method, path, body, { key: null, headers: { authorization: `Bearer ${t.key}` } });
  const search = async (query: string): Promise<string[]> =>
    (await t.api('POST', `/v1/collections/${collection}/search/instant`, { query })).body.results.map(
      (result: { name: string }) => result.name,
    );

  beforeAll(async () => {
    const control = store === 'postgres' ? { DATABASE_URL: await postgres.createDatabase('control') } : {};
    t = await startTestService(control);
    collection = await t.newCollection();
  });
  afterAll(() => t.stop());

  it('is created as a source connection', async () => {
    sourceConnection = await t.newStub({
      shortName: 'postgres',
      collection,
      config: { host: source.hostname, port: Number(source.port), database: 'crm', sslmode: 'disable' },
      credentials: login(),
      body: { name: 'Customers' },
      wait: false,
    });
    expect(await t.waitForJob(sourceConnection.id)).toMatchObject({ status: 'completed', entities_inserted: 3 });
  });

  it('has its streams selected as an integration source', async () => {
    const { body: listed } = await bearer('GET', '/api/integration-sources?connector_type=postgres');
    [integrationSource] = listed;
    expect(integrationSource).toMatchObject({
      name: 'Customers',
      source_type: 'database',
      connector_type: 'postgres',
      is_sync: true,
      last_sync_status: 'success',
      last_sync_row_count: 3,
      selected_streams: null,
    });
    const selected = ['public.customer'];
    const put = await bearer('PUT', `/api/integration-sources/${integrationSource.id}`, { selected_streams: selected });
    expect(put).toMatchObject({ status: 200, body: { selected_streams: selected } });
    const { body } = await t.api('GET', `/tributary/v1/source-connections/${sourceConnection.id}/selection`);
    expect(body.streams.include).toEqual(selected);
  });

  it('is renamed and deployed anew as a named connection', async () => {
    const { body: shown } = await bearer('GET', `${place}/customers/`);
    expect(shown).toMatchObject({ success: true, resultCount: 1 });
    const [database] = shown.resultList;
    expect(database).toMatchObject({ type: 'database', dbType: 'POSTGRES', name: 'customers' });
    const body = { ...database, ...login(), name: 'crm-database', description: 'Renamed', deployToWorker: true };
    const put = await bearer('PUT', `${place}/Customers/`, body);
    expect(put).toMatchObject({
      status: 200,
      body: {
        success: true,
        deploymentResult: {
          success: true,
          deploymentResults: [{ environmentName: 'production', success: true, message: 'Deployment successful' }],
        },
      },
    });
    expect((await bearer('GET', `${place}/customers/`)).status).toBe(404);
    const { body: deployed } = await t.api('GET', '/tributary/v1/projects/default/deployments');
    expect(JSON.stringify(deployed)).toContain('crm-database');
  });

  it('is read as a source connection still, by its streams of now, and says so in every document', async () => {
    const run = await t.api('POST', `/v1/source-connections/${sourceConnection.id}/run`);
    expect(run.status).toBe(200);
    expect(await t.waitForJob(sourceConnection.id)).toMatchObject({ status: 'completed', entities_deleted: 1 });
    expect(await search('Ada')).toHaveLength(1);
    const { body } = await t.api('GET', `/v1/source-connections/${sourceConnection.id}`);
    expect(body).toMatchObject({ name: 'Customers', short_name: 'postgres', status: 'ACTIVE' });
    const again = await bearer('GET', `/api/integration-sources/${integrationSource.id}`);
    expect(again.body).toMatchObject({ name: 'Customers', last_sync_row_count: 2, is_active: true });
  });

  it('is switched off in one document and off in all of them', async () => {
    const off = await bearer('PUT', `/api/integration-sources/${integrationSource.id}`, { is_active: false });
    expect(off).toMatchObject({ status: 200, body: { is_active: false } });
    expect((await t.api('GET', `/v1/source-connections/${sourceConnection.id}`)).body.status).toBe('INACTIVE');
    expect((await bearer('GET', `${place}/crm-database/`)).body.resultList[0]).toMatchObject({ enabled: false });
    const on = await bearer('PUT', `/api/integration-sources/${integrationSource.id}`, { is_active: true });
    expect(on.body).toMatchObject({ is_active: true });
    expect((await t.api('GET', `/v1/source-connections/${sourceConnection.id}`)).body.status).toBe('ACTIVE');
  });

  it('stays with its connection when it was made by name and is read afterwards', async () => {
    const url = `jdbc:postgresql://\${crm_host}:${source.port}/crm`;
    const variable = { value: source.hostname, secret: false };
    const put = await t.api('PUT', '/tributary/v1/projects/default/variables/crm_host', variable);
    expect(put.status).toBeLessThan(300);
    const made = await bearer('POST', `${place}/By-Name/`, {
      type: 'database',
      name: 'by-name',
      dbType: 'POSTGRES',
      jdbcUrl: url,
      ...login(),
    });
    expect(made).toMatchObject({ status: 200, body: { success: true, deploymentResult: { success: true } } });
    const into = await t.newCollection();
    const reading = await t.api('POST', '/tributary/v1/source-connections', {
      connection: 'by-name',
      collection: into,
      options: { include_tables: ['invoice'] },
    });
    expect(reading).toMatchObject({ status: 200, body: { setup: 'ready' } });
    expect(await t.waitForJob(reading.body.id)).toMatchObject({ status: 'completed', entities_inserted: 1 });
    expect((await t.api('DELETE', `/v1/source-connections/${reading.body.id}`)).status).toBe(200);
    expect((await bearer('GET', `${place}/by-name/`)).body.resultList[0]).toMatchObject({ jdbcUrl: url });
  });

  it('is no source of data in the other documents when its type is only opened', async () => {
    const webhook = { type: 'webhook', name: 'calls', fullUrl: 'https://hooks.example.com/in' };
    expect((await bearer('POST', `${place}/calls/`, webhook)).status).toBe(200);
    const { body: listed } = await bearer('GET', '/api/integration-sources');
    expect(listed.map((one: { connector_type: string }) => one.connector_type)).not.toContain('webhook');
    const refused = await t.api('POST', '/tributary/v1/source-connections', { connection: 'calls', collection });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'connection_not_readable' } } });
  });
});
