import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../../../test/harness/service.ts';
import { startSourceRig, stores, type SourceRig } from './testing-store.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const moment = '2026-01-05T10:00:00Z';

const keys = [
  'airbyte_connection_id',
  'airbyte_connection_ids',
  'airbyte_destination_id',
  'airbyte_source_id',
  'capabilities',
  'configuration',
  'connection_status',
  'connector_type',
  'created_at',
  'description',
  'description_generated_at',
  'description_source',
  'description_version',
  'id',
  'instance_label',
  'is_active',
  'is_sync',
  'is_system',
  'last_connection_test',
  'last_sync_at',
  'last_sync_row_count',
  'last_sync_status',
  'legacy_data_source_id',
  'name',
  'organization_id',
  'selected_streams',
  'source_type',
  'system_source_id',
  'updated_at',
];

describe.each(stores)('PUT /api/integration-sources/{source_id} with its control store on %s', (store) => {
  let rig: SourceRig;
  let source: Answer['body'];
  const put = (body: unknown, query = '') => rig.call('PUT', `/${source.id}${query}`, body);
  /** The changed resource. */
  const changed = async (body: unknown) => {
    const answer = await put(body);
    expect([answer.status, answer.status === 200 ? '' : answer.body]).toEqual([200, '']);
    return answer.body;
  };
  const refused = async (body: unknown, field: string, type?: string) => {
    const { status, body: answer } = await put(body);
    expect([status, answer.detail?.[0]?.loc]).toEqual([422, ['body', ...field.split('.')]]);
    expect(answer.detail[0]).toMatchObject({ msg: expect.any(String), type: type ?? expect.any(String) });
  };

  beforeAll(async () => {
    rig = await startSourceRig(store);
    source = await rig.newSource();
  });
  afterAll(() => rig.stop());

  it('H01 changes the source of the id; one that is unknown, and none at all, are told apart', async () => {
    expect((await put({})).status).toBe(200);
    expect((await rig.call('PUT', `/${source.id}/`, {})).status).toBe(200);
    const unknown = await rig.call('PUT', `/${randomUUID()}`, {});
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Integration source not found' } });
    const bad = await rig.call('PUT', '/none', {});
    expect(bad).toMatchObject({ status: 422, body: { detail: [{ loc: ['path', 'source_id'] }] } });
    const { key } = await rig.t.newOrganization();
    expect((await rig.call('PUT', `/${source.id}`, { name: 'Stolen' }, key)).status).toBe(404);
  });

  it('H02 wants a bearer token, and the permission to update', async () => {
    const path = `/api/integration-sources/${source.id}`;
    const none = await rig.t.api('PUT', path, {}, { key: null });
    expect(none).toMatchObject({ status: 401, body: { detail: 'Not authenticated' } });
    const malformed = await rig.t.api('PUT', path, {}, { key: null, headers: { authorization: 'Basic eDp5' } });
    expect(malformed).toMatchObject({ status: 401, body: { detail: expect.any(String) } });
    expect((await rig.call('PUT', `/${source.id}`, {}, 'trib_wrong')).status).toBe(401);
    const reader = await rig.t.newKey(['source_connections:read']);
    expect(await rig.call('PUT', `/${source.id}`, {}, reader)).toMatchObject({
      status: 403,
      body: { detail: expect.any(String) },
    });
    expect((await rig.call('GET', `/${source.id}`, undefined, reader)).status).toBe(200);
  });

  it('H03 takes six more ids in the query, checks each, and does not find a source of another organization', async () => {
    const names = [
      'organization_id',
      'resource_id',
      'integration_source_id',
      'data_source_id',
      'context_source_id',
      'job_id',
    ];
    for (const name of names) {
      expect([name, (await put({}, `?${name}=x`)).body.detail?.[0].loc]).toEqual([name, ['query', name]]);
      expect([name, (await put({}, `?${name}=null`)).status]).toEqual([name, 200]);
      expect([name, (await put({}, `?${name}=`)).status]).toEqual([name, 200]);
    }
    expect((await put({}, `?organization_id=${source.organization_id}`)).status).toBe(200);
    expect((await put({}, `?organization_id=${randomUUID()}`)).status).toBe(404);
    for (const name of ['resource_id', 'integration_source_id', 'context_source_id', 'job_id'])
      expect([name, (await put({}, `?${name}=${randomUUID()}`)).status]).toEqual([name, 200]);
    const older = randomUUID();
    expect((await put({}, `?data_source_id=${older}`)).status).toBe(404);
    await changed({ legacy_data_source_id: older });
    expect((await put({}, `?data_source_id=${older}`)).status).toBe(200);
  });

  it('H04 changes only what is given; null clears, where there may be nothing', async () => {
    const before = await changed({ description: 'Kept', airbyte_source_id: 'ab-src' });
    expect(await changed({})).toEqual(before);
    const after = await changed({ airbyte_source_id: null });
    expect(after).toMatchObject({ description: 'Kept', airbyte_source_id: null });
    for (const name of [
      'name',
      'capabilities',
      'is_active',
      'connection_status',
      'configuration',
      'description_version',
    ])
      await refused({ [name]: null }, name, 'null_not_allowed');
    const document = (await rig.t.api('GET', '/openapi.json')).body;
    const { properties, required = [] } = document.components.schemas.IntegrationSourceUpdate;
    expect(required).toEqual([]);
    for (const [name, schema] of Object.entries(properties))
      expect([name, JSON.stringify(schema).includes('"null"')]).toEqual([name, true]);
  });

  it('H05 takes name and description', async () => {
    expect(await changed({ name: '  HubSpot  ', description: 'Deals' })).toMatchObject({
      name: 'HubSpot',
      description: 'Deals',
    });
    expect((await changed({ description: null })).description).toBeNull();
    await refused({ name: '  ' }, 'name');
    await refused({ name: 'n'.repeat(256) }, 'name');
    await refused({ name: 7 }, 'name');
  });

  it('H06 takes the configuration with its secrets, and gives it without them', async () => {
    await changed({ connection_status: 'connected', last_connection_test: moment });
    const after = await changed({ configuration: { entity_count: 7, seed: 2, stub_key: 'canary-new' } });
    expect(after.configuration).toMatchObject({ entity_count: 7, seed: 2 });
    expect(JSON.stringify(after)).not.toMatch(/canary|stub_key/);
    expect(after).toMatchObject({ connection_status: 'unknown', last_connection_test: null });
    const merged = await changed({ configuration: { seed: 3, stub_key: '********' }, connection_status: 'connected' });
    expect(merged).toMatchObject({ configuration: { entity_count: 7, seed: 3 }, connection_status: 'connected' });
    expect((await changed({ configuration: { seed: null } })).configuration).not.toHaveProperty('seed');
    await refused({ configuration: { bogus: 1 } }, 'configuration.bogus', 'unrecognized_keys');
    await refused({ configuration: { entity_count: 'many' } }, 'configuration.entity_count');
    await refused({ configuration: [] }, 'configuration');
    expect((await rig.call('POST', `/${source.id}/test`)).body.connection_status).toBe('connected');
  });

  it('H07 replaces the capabilities, each named once', async () => {
    expect(source.capabilities).toEqual(expect.arrayContaining(['sync', 'streams', 'test']));
    expect((await changed({ capabilities: ['query', 'sync'] })).capabilities).toEqual(['query', 'sync']);
    expect((await changed({ capabilities: [] })).capabilities).toEqual([]);
    await refused({ capabilities: ['a', 'a'] }, 'capabilities', 'not_unique');
    await refused({ capabilities: 'query' }, 'capabilities');
  });

  it('H08 is active unless it is switched off', async () => {
    expect(source.is_active).toBe(true);
    expect((await changed({ is_active: false })).is_active).toBe(false);
    expect((await rig.call('GET', `?is_active=false`)).body.map((one: { id: string }) => one.id)).toEqual([source.id]);
    expect((await changed({ is_active: true })).is_active).toBe(true);
    await refused({ is_active: 'yes' }, 'is_active');
  });

  it('H09 knows four states of a connection', async () => {
    expect(source.connection_status).toBe('unknown');
    for (const status of ['connected', 'disconnected', 'error', 'unknown'])
      expect((await changed({ connection_status: status })).connection_status).toBe(status);
    await refused({ connection_status: 'fine' }, 'connection_status');
  });

  it('H10 keeps when the connection was tested, in UTC', async () => {
    const given = '2026-01-05T11:00:00+01:00';
    expect((await changed({ last_connection_test: given })).last_connection_test).toBe('2026-01-05T10:00:00.000Z');
    expect((await changed({ last_connection_test: null })).last_connection_test).toBeNull();
    await refused({ last_connection_test: '2026-01-05T10:00:00' }, 'last_connection_test');
    await refused({ last_connection_test: 'yesterday' }, 'last_connection_test');
  });

  it('H11 keeps an older id, and the system source that stands behind it', async () => {
    const id = randomUUID();
    expect((await changed({ legacy_data_source_id: id })).legacy_data_source_id).toBe(id);
    await refused({ legacy_data_source_id: 'x' }, 'legacy_data_source_id');
    await refused({ system_source_id: randomUUID() }, 'system_source_id', 'system_source_unknown');
    await refused({ system_source_id: source.id }, 'system_source_id', 'system_source_unknown');
    expect((await changed({ system_source_id: null, legacy_data_source_id: null })).system_source_id).toBeNull();
  });

  it('H12 forces labels of up to twenty characters to upper case', async () => {
    expect((await changed({ instance_label: ' us ' })).instance_label).toBe('US');
    expect((await changed({ instance_label: '' })).instance_label).toBeNull();
    expect((await changed({ instance_label: ` ${'a'.repeat(20)} ` })).instance_label).toBe('A'.repeat(20));
    await refused({ instance_label: 'a'.repeat(21) }, 'instance_label', 'string_too_long');
    await refused({ instance_label: 'a b' }, 'instance_label', 'string_pattern_mismatch');
    expect((await changed({ instance_label: null })).instance_label).toBeNull();
  });

  it('H13 wants a label of its own for each of several sources of one connector', async () => {
    const { key } = await rig.t.newOrganization();
    const first = await rig.newSource({}, key);
    expect(first.instance_label).toBeNull();
    const second = await rig.newSource({}, key);
    expect(second.instance_label).toBe('2');
    const label = (id: string, instance_label: unknown) => rig.call('PUT', `/${id}`, { instance_label }, key);
    expect((await label(second.id, 'ca')).body.instance_label).toBe('CA');
    expect((await label(first.id, 'CA')).status).toBe(409);
    expect(await label(second.id, null)).toMatchObject({
      status: 422,
      body: {
        detail: [{ loc: ['body', 'instance_label'], msg: expect.stringContaining('multiple instances') }],
      },
    });
    expect((await label(second.id, 'CA')).status).toBe(200);
    const other = { name: 'Other', source_type: 'saas', connector_type: 'incremental_stub', instance_label: 'ca' };
    expect((await rig.call('POST', '', other, key)).status).toBe(201);
    const answers = await Promise.all([label(first.id, 'same'), label(second.id, 'same')]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('H14 keeps ids of another system as they are', async () => {
    const given = { airbyte_source_id: 'ab-src', airbyte_destination_id: 'ab-dst' };
    expect(await changed(given)).toMatchObject(given);
    await refused({ airbyte_source_id: 7 }, 'airbyte_source_id');
  });

  it('H15 keeps the one connection id and the list of them coherent', async () => {
    const both = (body: Answer['body']) => [body.airbyte_connection_id, body.airbyte_connection_ids];
    expect(both(await changed({ airbyte_connection_id: 'a' }))).toEqual(['a', ['a']]);
    expect(both(await changed({ airbyte_connection_id: 'b' }))).toEqual(['b', ['b']]);
    expect(both(await changed({ airbyte_connection_ids: ['c', 'd'] }))).toEqual(['c', ['c', 'd']]);
    expect(both(await changed({ airbyte_connection_id: 'd' }))).toEqual(['d', ['c', 'd']]);
    await refused({ airbyte_connection_id: 'x', airbyte_connection_ids: ['y'] }, 'airbyte_connection_id');
    await refused({ airbyte_connection_id: 'x' }, 'airbyte_connection_id');
    expect(both(await changed({ airbyte_connection_id: 'y', airbyte_connection_ids: ['x', 'y'] }))).toEqual([
      'y',
      ['x', 'y'],
    ]);
    expect(both(await changed({ airbyte_connection_ids: [] }))).toEqual([null, []]);
    expect(both(await changed({ airbyte_connection_ids: null }))).toEqual([null, null]);
  });

  it('H16 tells when the last sync was as it is written, while there is no job', async () => {
    expect(source).toMatchObject({ last_sync_at: null, last_sync_status: null, last_sync_row_count: null });
    await refused({ last_sync_at: 5 }, 'last_sync_at');
    const written = { last_sync_at: moment, last_sync_status: 'running', last_sync_row_count: 1200 };
    expect(await changed(written)).toMatchObject({ ...written, last_sync_at: '2026-01-05T10:00:00.000Z' });
  });

  it('H17 knows five states of a sync', async () => {
    for (const status of ['success', 'failed', 'running', 'auth_required', 'configuring'])
      expect((await changed({ last_sync_status: status })).last_sync_status).toBe(status);
    await refused({ last_sync_status: 'done' }, 'last_sync_status');
  });

  it('H18 counts the rows of the last sync', async () => {
    expect((await changed({ last_sync_status: null })).last_sync_row_count).toBe(1200);
    expect((await changed({ last_sync_row_count: 0 })).last_sync_row_count).toBe(0);
    await refused({ last_sync_row_count: -1 }, 'last_sync_row_count');
    await refused({ last_sync_row_count: 1.5 }, 'last_sync_row_count');
  });

  it('H19 selects streams by name: null is all, none is none, the order stays', async () => {
    expect(source.selected_streams).toBeNull();
    const selected = async (selected_streams: unknown) => (await changed({ selected_streams })).selected_streams;
    expect(await selected(['deals', 'contacts', 'deals'])).toEqual(['deals', 'contacts']);
    expect(await selected([])).toEqual([]);
    expect(await selected(null)).toBeNull();
    await refused({ selected_streams: 'deals' }, 'selected_streams');
  });

  describe('of a description', () => {
    let made: Answer['body'];
    const write = (body: unknown) => rig.call('PUT', `/${made.id}`, body);
    beforeAll(async () => {
      made = await rig.newSource({ connector_type: 'incremental_stub', configuration: {}, instance_label: 'versions' });
    });

    it('H20 says how it was made', async () => {
      expect(made.description_source).toBeNull();
      expect((await write({ description: 'One' })).body.description_source).toBe('manual_edit');
      for (const description_source of ['ai_generated', 'imported', 'information_schema', 'manual_edit'])
        expect((await write({ description_source })).body).toMatchObject({
          description_source,
          description_version: 2,
        });
      expect((await write({ description_source: 'guessed' })).status).toBe(422);
    });

    it('H21 says when it was last changed', async () => {
      const before = (await write({})).body;
      expect(before.description_generated_at).toMatch(iso);
      const same = (await write({ description: 'One', description_version: 2 })).body;
      expect(same).toMatchObject({ description_version: 2, description_generated_at: before.description_generated_at });
      const given = { description: 'Two', description_source: 'imported', description_generated_at: moment };
      expect((await write({ ...given, description_version: 3 })).body).toMatchObject({
        description_version: 3,
        description_source: 'imported',
        description_generated_at: '2026-01-05T10:00:00.000Z',
      });
    });

    it('H22 counts its versions, and refuses a change of one that is not the last any more', async () => {
      expect(made.description_version).toBe(1);
      const stale = await write({ description: 'Three', description_version: 2 });
      expect(stale).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('description_version is 3') },
      });
      expect((await write({ description_version: 9 })).status).toBe(409);
      const answers = await Promise.all([write({ description: 'A' }), write({ description: 'B' })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await rig.call('GET', `/${made.id}`)).body.description_version).toBe(5);
      const guarded = await Promise.all(['C', 'D'].map((text) => write({ description: text, description_version: 5 })));
      expect(guarded.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect((await write({ description: null })).body).toMatchObject({ description: null, description_version: 7 });
    });
  });

  it('H23 never changes type, connector and organization', async () => {
    const before = (await rig.call('GET', `/${source.id}`)).body;
    const planted = { id: randomUUID(), organization_id: randomUUID(), source_type: 'database', bogus: 1 };
    expect(await changed({ ...planted, connector_type: 'postgresql' })).toEqual(before);
    expect(before).toMatchObject({ source_type: 'saas', connector_type: 'stub' });
  });

  it('H24 says by itself whether a source is the operator’s and whether it is read', async () => {
    expect(await changed({ is_system: true, is_sync: true })).toMatchObject({ is_system: false, is_sync: false });
  });

  it('H25 moves updated_at with every change, and with nothing else', async () => {
    const before = await changed({ created_at: moment, updated_at: moment });
    expect(before.created_at).toBe(source.created_at);
    const after = await changed({ name: `${before.name} again` });
    expect(after).toMatchObject({ id: source.id, created_at: before.created_at });
    expect(Date.parse(after.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect((await changed({})).updated_at).toBe(after.updated_at);
  });

  it('H26 answers the whole resource, whatever was changed', async () => {
    expect(Object.keys(await changed({})).toSorted()).toEqual(keys);
    expect(Object.keys(await changed({ name: 'Whole' })).toSorted()).toEqual(keys);
    expect(Object.keys((await rig.call('GET', `/${source.id}`)).body).toSorted()).toEqual(keys);
  });

  it('H27 tells what is wrong in a list with place, words and kind', async () => {
    const { status, body } = await put({ name: 7, is_active: 'x' });
    expect(status).toBe(422);
    expect(body.detail).toHaveLength(2);
    for (const one of body.detail)
      expect(one).toEqual({ loc: ['body', expect.any(String)], msg: expect.any(String), type: expect.any(String) });
    for (const text of ['{"name":', '[]', 'null']) {
      const answer = await put(text);
      expect([text, answer.status, answer.body.detail[0].loc[0]]).toEqual([text, 422, 'body']);
    }
    const plain = await rig.t.api('PUT', `/api/integration-sources/${source.id}`, '{}', {
      headers: { 'content-type': 'text/plain' },
    });
    expect(plain.status).toBe(422);
  });

  it('H28 is described in the OpenAPI document and named in the index for language models', async () => {
    const { paths } = (await rig.t.api('GET', '/openapi.json', undefined, { key: null })).body;
    const operation = paths['/api/integration-sources/{source_id}'].put;
    const names = operation.parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['source_id', 'organization_id', 'resource_id', 'job_id']));
    const index = await rig.t.api('GET', '/llms.txt', undefined, { key: null });
    expect(index.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(index.body).toMatch(/^# Tributary\n\n> /);
    expect(index.body).toContain('(/openapi.json)');
    expect(index.body).toContain('PUT /api/integration-sources/{source_id}');
  });
});
