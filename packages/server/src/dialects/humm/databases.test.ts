import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../../test/harness/service.ts';
import { startSourceRig, type SourceRig } from './testing-store.ts';

const schema = `
  create table customer (id int primary key, email varchar(80) not null, note text);
  create table sales_order (id int primary key, customer_id int not null references customer (id), total numeric(10,2), placed_at timestamptz);
  create table visit (id int primary key, customer_id int);
  insert into customer select n, 'person' || n || '@example.com', case when n % 4 = 0 then 'told us canary-record' end from generate_series(1, 20) n;
  insert into sales_order select n, n % 20 + 1, n, now() from generate_series(1, 40) n;`;

interface Asked {
  readonly url: string;
  readonly key: string | undefined;
  readonly body: string;
}

/** Answers like an OpenAI-compatible service, with what is set. */
async function startModel(): Promise<{ readonly server: Server; readonly asked: Asked[]; answer: unknown }> {
  const asked: Asked[] = [];
  const model = { server: createServer(), asked, answer: undefined as unknown };
  model.server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      asked.push({ url: request.url ?? '', key: request.headers.authorization, body });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(model.answer));
    });
  });
  await new Promise<void>((resolve) => model.server.listen(0, '127.0.0.1', resolve));
  return model;
}

const said = (content: string) => ({ choices: [{ message: { role: 'assistant', content } }] });

describe('an integration source of a PostgreSQL database', () => {
  let rig: SourceRig;
  let source: Answer['body'];
  let model: Awaited<ReturnType<typeof startModel>>;
  const get = (path: string) => rig.call('GET', `/${source.id}${path}`);

  beforeAll(async () => {
    model = await startModel();
    rig = await startSourceRig('sqlite');
    const client = new pg.Client({ connectionString: await rig.postgres.createDatabase('shop') });
    await client.connect();
    await client.query(schema);
    await client.end();
    source = await newShop(rig);
  });
  afterAll(async () => {
    await rig.stop();
    model.server.close();
  });

  const newShop = ({ newSource, postgres: { host, port, user, password } }: SourceRig) =>
    newSource({
      source_type: 'database',
      connector_type: 'postgresql',
      configuration: { host, port, database: 'shop', username: user, password },
    });

  it('tells its streams with keys and cursors', async () => {
    const { body } = await get('/streams');
    expect(body.map((one: { name: string }) => one.name)).toEqual([
      'public.customer',
      'public.sales_order',
      'public.visit',
    ]);
    expect(body[1]).toMatchObject({ primary_key: ['id'], supported_sync_modes: ['full_refresh', 'incremental'] });
    expect(body[0].fields).toContainEqual({ name: 'id', type: 'integer', is_primary_key: true });
  });

  it('tells its columns with shares and shapes, and no value', async () => {
    const { status, body } = await get('/columns');
    expect(status).toBe(200);
    const column = (table: string, name: string) =>
      body.find((one: Answer['body']) => one.table_name === `public.${table}` && one.name === name);
    expect(column('customer', 'email')).toMatchObject({
      data_type: 'character varying(80)',
      is_nullable: false,
      ordinal_position: 2,
      semantic_type: 'email',
      null_pct: 0,
      distinct_pct: 100,
    });
    expect(column('customer', 'email').sample_values).toContain('xxxxxx9@xxxxxxx.xxx');
    expect(column('customer', 'note')).toMatchObject({ is_nullable: true, null_pct: 75, distinct_pct: 20 });
    expect(column('customer', 'id')).toMatchObject({ is_primary_key: true, role: 'primary_key' });
    expect(column('sales_order', 'customer_id')).toMatchObject({ role: 'foreign_key', distinct_pct: 50 });
    expect(column('sales_order', 'total').role).toBe('measure');
    expect(column('sales_order', 'placed_at').role).toBe('time');
    expect(column('visit', 'id')).toMatchObject({ null_pct: null, sample_values: [] });
    expect(JSON.stringify(body)).not.toMatch(/person|canary/);
    expect((await get('/columns')).body[0].id).toBe(body[0].id);
    await rig.call('PUT', `/${source.id}`, { selected_streams: ['public.visit'] });
    const active = (await get('/columns?active_only=true')).body;
    expect([...new Set(active.map((one: Answer['body']) => one.table_name))]).toEqual(['public.visit']);
    expect((await get('/columns?active_only=x')).status).toBe(422);
  });

  it('tells what is declared and what is likely, and keeps what was decided', async () => {
    const { body } = await get('/relationships');
    expect(body).toMatchObject([
      { type: 'FOREIGN_KEY', status: 'APPROVED', score: 1, from_table: 'public.sales_order', to_columns: ['id'] },
      { type: 'INFERRED', status: 'SUGGESTED', score: 0.9, from_table: 'public.visit', to_table: 'public.customer' },
    ]);
    const inferred = body[1];
    const path = `/relationships/${inferred.id}`;
    const decided = { status: 'REJECTED', score: 0.1, evidence: 'visitors are no customers' };
    expect((await rig.call('PUT', path, decided)).body).toMatchObject({ id: inferred.id, ...decided });
    expect((await rig.call('PUT', `${path}?source_id=${source.id}`, {})).body).toMatchObject(decided);
    expect((await get('/relationships?status=REJECTED')).body).toMatchObject([decided]);
    expect((await get('/relationships?type=MANUAL')).body).toEqual([]);
    expect((await get('/relationships?status=NONE')).status).toBe(422);
    expect((await rig.call('PUT', path, { status: 'MAYBE' })).status).toBe(422);
    expect((await rig.call('PUT', path, { score: 2 })).status).toBe(422);
    expect((await rig.call('PUT', path, { status: null })).status).toBe(422);
    expect((await rig.call('PUT', `/relationships/${source.id}`, {})).status).toBe(404);
    const { key } = await rig.t.newOrganization();
    expect((await rig.call('PUT', path, {}, key)).status).toBe(404);
  });

  it('describes itself by its schema', async () => {
    const { status, body } = await rig.call('POST', `/${source.id}/description/generate`);
    expect([status, body.description_source, body.description_version]).toEqual([200, 'information_schema', 2]);
    expect(body.description).toContain('public.customer: id integer (key), email character varying(80)');
    expect(body.description).toContain('public.sales_order.customer_id → public.customer.id');
    const again = await rig.call('POST', `/${source.id}/description/generate`);
    expect(again.body.description_version).toBe(2);
  });

  it('H20 is described by a language model, which is told names and nothing else', async () => {
    const url = `http://127.0.0.1:${(model.server.address() as AddressInfo).port}/v1/`;
    const env = { TRIBUTARY_LLM_URL: url, TRIBUTARY_LLM_MODEL: 'small', TRIBUTARY_LLM_API_KEY: 'canary-key' };
    const other = await startSourceRig('sqlite', env);
    try {
      const { host, port, user, password } = rig.postgres;
      const made = await newShop({ ...other, postgres: { ...other.postgres, host, port, user, password } });
      model.answer = said('  A shop with customers and their orders. ');
      const { body } = await other.call('POST', `/${made.id}/description/generate`);
      expect(body).toMatchObject({
        description: 'A shop with customers and their orders.',
        description_source: 'ai_generated',
        description_version: 2,
      });
      const [asked] = model.asked;
      expect(asked).toMatchObject({ url: '/v1/chat/completions', key: 'Bearer canary-key' });
      const content = JSON.parse(JSON.parse(asked?.body ?? '').messages[1].content);
      expect(content.streams[0]).toEqual({ name: 'public.customer', fields: ['id', 'email', 'note'] });
      expect(asked?.body).not.toMatch(/person\d|canary|varchar/);
      model.answer = { choices: [] };
      const failed = await other.call('POST', `/${made.id}/description/generate`);
      expect(failed).toMatchObject({ status: 502, body: { detail: expect.stringContaining('language model') } });
      expect((await other.call('GET', `/${made.id}`)).body.description_version).toBe(2);
    } finally {
      await other.stop();
    }
  });

  it('says what is wrong when the database cannot be asked', async () => {
    const configuration = { password: 'canary-wrong' };
    await rig.call('PUT', `/${source.id}`, { configuration });
    for (const path of ['/streams', '/columns', '/relationships']) {
      const { status, body } = await get(path);
      expect([path, status, Array.isArray(body.detail)]).toEqual([path, 422, true]);
      expect(JSON.stringify(body)).not.toContain('canary');
    }
  });
});
