import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import type { Answer } from '../../../test/harness/service.ts';
import { startSourceRig, stores, type SourceRig } from './testing-store.ts';

describe.each(stores)('integration sources with their control store on %s', (store) => {
  let rig: SourceRig;
  beforeAll(async () => {
    rig = await startSourceRig(store);
  });
  afterAll(() => rig.stop());

  const get = async (id: string): Promise<Answer['body']> => (await rig.call('GET', `/${id}`)).body;
  const whenSynced = (id: string) =>
    eventually(`the sync of ${id}`, async () => {
      const shown = await get(id);
      return shown.last_sync_status === 'success' ? shown : undefined;
    });

  it('lists those of the organization page by page, by type, connector and activity', async () => {
    const { key } = await rig.t.newOrganization();
    const stub = await rig.newSource({}, key);
    const database = {
      source_type: 'database',
      connector_type: 'postgresql',
      configuration: { host: 'db.example.com' },
    };
    const postgres = await rig.newSource(database, key);
    const off = await rig.newSource({ is_active: false, instance_label: 'off' }, key);
    const ids = async (query: string) =>
      (await rig.call('GET', query, undefined, key)).body.map((one: { id: string }) => one.id);
    expect(await ids('')).toEqual([off.id, postgres.id, stub.id]);
    expect(await ids('/?source_type=database')).toEqual([postgres.id]);
    expect(await ids('?connector_type=postgres')).toEqual([postgres.id]);
    expect(await ids('?connector_type=unheard_of')).toEqual([]);
    expect(await ids('?is_active=true&connector_type=stub')).toEqual([stub.id]);
    expect(await ids(`?organization_id=${randomUUID()}`)).toEqual([]);
    const page = await rig.call('GET', '?limit=2&is_active=true', undefined, key);
    expect(page.body).toHaveLength(2);
    expect(page.headers.get('link')).toBeNull();
    const first = await rig.call('GET', '?limit=2', undefined, key);
    const next = /<(\?[^>]*)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(await ids(next)).toEqual([stub.id]);
    expect(postgres).toMatchObject({ source_type: 'database', connector_type: 'postgresql', is_sync: false });
    expect((await rig.call('GET', '?source_type=files', undefined, key)).status).toBe(422);
  });

  it('refuses to create what cannot be', async () => {
    const create = async (body: object) => {
      const wanted = { name: 'New', source_type: 'saas', connector_type: 'stub', instance_label: 'new' };
      const { status, body: answer } = await rig.call('POST', '', { ...wanted, ...body });
      return [status, answer.detail?.[0]?.loc?.join('.') ?? answer.detail];
    };
    expect(await create({ connector_type: 'unheard_of' })).toEqual([422, 'body.connector_type']);
    expect(await create({ source_type: 'database' })).toEqual([422, 'body.source_type']);
    expect(await create({ name: '' })).toEqual([422, 'body.name']);
    expect(await create({ name: undefined })).toEqual([422, 'body.name']);
    expect(await create({ organization_id: randomUUID() })).toEqual([422, 'body.organization_id']);
    expect(await create({ configuration: { bogus: 1 } })).toEqual([422, 'body.configuration.bogus']);
    expect(await create({ collection: 'none', configuration: { stub_key: 'k' } })).toEqual([
      404,
      'Collection not found',
    ]);
    const collection = await rig.t.newCollection();
    const database = { source_type: 'database', connector_type: 'mysql', collection };
    expect(await create(database)).toEqual([422, 'body.configuration.host']);
    const configuration = { host: 'db.example.com', database: 'app', username: 'me' };
    expect(await create({ ...database, configuration })).toEqual([422, 'body.configuration.password']);
    await rig.newSource({ instance_label: 'taken' });
    expect((await create({ instance_label: 'taken' }))[0]).toBe(409);
    expect(await create({ instance_label: null })).toEqual([422, 'body.instance_label']);
  });

  it('H16 H17 H18 H24 reads into a collection, and tells the figures of the real jobs', async () => {
    const collection = await rig.t.newCollection();
    const made = await rig.newSource({ collection, selected_streams: ['small_entities'], description: 'Read at once' });
    expect(made).toMatchObject({ is_sync: true, selected_streams: ['small_entities'], description: 'Read at once' });
    const synced = await whenSynced(made.id);
    const [job] = (await rig.call('GET', `/${made.id}/jobs`)).body;
    expect(job).toMatchObject({ integration_source_id: made.id, status: 'success', row_count: 1 });
    expect(synced).toMatchObject({ last_sync_at: job.completed_at, last_sync_row_count: 1 });
    const written = { last_sync_status: 'failed', last_sync_at: null, last_sync_row_count: 9 };
    expect((await rig.call('PUT', `/${made.id}`, written)).body).toMatchObject(written);
    const started = await rig.call('POST', `/${made.id}/sync`);
    expect(started).toMatchObject({ status: 202, body: { id: made.id, is_sync: true } });
    expect(['running', 'success']).toContain(started.body.last_sync_status);
    expect((await whenSynced(made.id)).last_sync_row_count).toBe(1);
    expect((await rig.call('GET', `/${made.id}/jobs?limit=1`)).body).toHaveLength(1);
    expect((await rig.call('GET', `/${made.id}/jobs`)).body).toHaveLength(2);
  });

  it('begins to read a source when a collection is named', async () => {
    const made = await rig.newSource({ selected_streams: ['small_entities'], instance_label: 'later' });
    const early = await rig.call('POST', `/${made.id}/sync`, {});
    expect(early).toMatchObject({ status: 409, body: { detail: expect.stringContaining('collection') } });
    const collection = await rig.t.newCollection();
    const begun = await rig.call('POST', `/${made.id}/sync`, { collection });
    expect(begun).toMatchObject({ status: 202, body: { is_sync: true, selected_streams: ['small_entities'] } });
    expect((await whenSynced(made.id)).last_sync_row_count).toBe(1);
  });

  it('H19 sends the selection to what reads the source, and warns of streams that were not seen', async () => {
    const { id, ...elsewhere } = await rig.t.newStub({ config: { entity_count: 4 } });
    const listed = (await rig.call('GET', '?connector_type=stub')).body;
    const source = listed.find((one: { name: string }) => one.name === elsewhere.name);
    const path = `/tributary/v1/source-connections/${id}/selection`;
    const put = await rig.call('PUT', `/${source.id}`, { selected_streams: ['code_files', 'unsëen'] });
    expect(put).toMatchObject({ status: 200, body: { selected_streams: ['code_files', 'unsëen'] } });
    expect(JSON.parse(put.headers.get('x-warnings') ?? '[]')).toEqual([expect.stringContaining('unsëen')]);
    expect((await rig.t.api('GET', path)).body.streams.include).toEqual(['code_files', 'unsëen']);
    await rig.call('POST', `/${source.id}/sync`);
    await rig.t.waitForJob(id);
    const { body } = await rig.call('PUT', `/${source.id}/streams`, { selected_streams: [] });
    expect(body.selected_streams).toEqual([]);
    await rig.call('POST', `/${source.id}/sync`);
    expect((await rig.t.waitForJob(id)) as object).toMatchObject({ status: 'completed' });
    expect(
      (await rig.call('PUT', `/${source.id}/streams`, { selected_streams: null })).body.selected_streams,
    ).toBeNull();
    expect((await rig.call('PUT', `/${source.id}/streams`, {})).status).toBe(422);
  });

  it('H08 pauses the syncs of a source that is switched off, in every dialect', async () => {
    const stub = await rig.t.newStub();
    const [source] = (await rig.call('GET', '?connector_type=stub')).body;
    expect(source.name).toBe(stub.name);
    await rig.call('PUT', `/${source.id}`, { is_active: false });
    expect((await rig.t.api('GET', `/source-connections/${stub.id}`)).body.status).toBe('inactive');
    expect((await rig.call('POST', `/${source.id}/sync`)).status).toBe(409);
    await rig.call('PUT', `/${source.id}`, { is_active: true, name: 'Renamed in one' });
    expect((await rig.t.api('GET', `/source-connections/${stub.id}`)).body).toMatchObject({
      status: 'active',
      name: 'Renamed in one',
    });
  });

  it('tests the connection, and answers the resource', async () => {
    const good = await rig.newSource({ instance_label: 'good' });
    const tested = await rig.call('POST', `/${good.id}/test`);
    expect(tested).toMatchObject({ status: 200, body: { id: good.id, connection_status: 'connected' } });
    expect(tested.body.last_connection_test).toMatch(/Z$/);
    const { host } = rig.postgres;
    const configuration = { host, port: 1, database: 'none', username: 'me', password: 'canary' };
    const away = await rig.newSource({ source_type: 'database', connector_type: 'postgres', configuration });
    const failed = await rig.call('POST', `/${away.id}/test`);
    expect(failed).toMatchObject({ status: 200, body: { connection_status: 'disconnected' } });
    expect(failed.headers.get('x-connection-problem')).toContain('postgres');
    const refused = { ...configuration, host: '10.0.0.1' };
    await rig.call('PUT', `/${away.id}`, { configuration: refused });
    expect((await rig.call('POST', `/${away.id}/test`)).body.connection_status).toBe('error');
    expect(JSON.stringify(await get(away.id))).not.toMatch(/canary|"me"/);
  });

  it('discovers streams with fields, types, keys and modes', async () => {
    const made = await rig.newSource({ selected_streams: ['small_entities'], instance_label: 'streams' });
    const { body } = await rig.call('GET', `/${made.id}/streams`);
    const small = body.find((one: { name: string }) => one.name === 'small_entities');
    expect(small).toMatchObject({ selected: true, supported_sync_modes: ['full_refresh'] });
    expect(small.fields).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'title', type: 'string' })]));
    expect(body.filter((one: { selected: boolean }) => one.selected)).toHaveLength(1);
  });

  it('deletes a source and what was read of it', async () => {
    const alone = await rig.newSource({ instance_label: 'alone' });
    expect(await rig.call('DELETE', `/${alone.id}`)).toMatchObject({ status: 204, body: '' });
    expect((await rig.call('GET', `/${alone.id}`)).status).toBe(404);
    const collection = await rig.t.newCollection();
    const read = await rig.newSource({ collection, instance_label: 'read' });
    await whenSynced(read.id);
    const [order] = (await rig.t.api('GET', `/source-connections?collection=${collection}`)).body;
    await rig.t.api('DELETE', `/source-connections/${order.id}`);
    expect(await get(read.id)).toMatchObject({ is_sync: false, last_sync_status: null });
    expect((await rig.call('POST', `/${read.id}/sync`, { collection })).status).toBe(202);
    await whenSynced(read.id);
    expect((await rig.call('DELETE', `/${read.id}`)).status).toBe(204);
    expect((await rig.call('DELETE', `/${read.id}`)).status).toBe(404);
    expect((await rig.t.api('GET', `/source-connections?collection=${collection}`)).body).toEqual([]);
  });

  it('names databases of a source, each once', async () => {
    const made = await rig.newSource({ instance_label: 'parts' });
    const named = await rig.call('POST', `/${made.id}/databases`, { name: 'crm', description: 'Customers' });
    expect(named).toMatchObject({
      status: 201,
      body: { integration_source_id: made.id, is_active: true, priority: 99, description_version: 1 },
    });
    expect((await rig.call('POST', `/${made.id}/databases`, { name: 'crm' })).status).toBe(409);
    expect((await rig.call('POST', `/${made.id}/databases`, {})).status).toBe(422);
  });
});
