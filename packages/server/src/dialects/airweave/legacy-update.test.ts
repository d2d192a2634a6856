import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const unknownId = '00000000-0000-4000-8000-000000000000';

/** The fields of the documented answer, no more and no less. */
const fields = [
  'auth_fields',
  'auth_provider',
  'auth_provider_config',
  'collection',
  'config_fields',
  'connection_id',
  'created_at',
  'created_by_email',
  'cron_schedule',
  'description',
  'id',
  'latest_sync_job_completed_at',
  'latest_sync_job_error',
  'latest_sync_job_id',
  'latest_sync_job_started_at',
  'latest_sync_job_status',
  'modified_at',
  'modified_by_email',
  'name',
  'next_scheduled_run',
  'organization_id',
  'short_name',
  'status',
  'sync_id',
  'white_label_id',
];

let t: TestService;

beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

describe.each(['/v1', ''])('the older update under "%s"', (face) => {
  let collection: string;
  let id: string;
  const put = (body: unknown, options = {}) => t.api('PUT', `${face}/source-connections/${id}`, body, options);

  beforeAll(async () => {
    collection = await t.newCollection();
    id = (await t.newStub({ collection, body: { name: 'First name', description: 'First words' } })).id;
  });

  it('A01 changes what is given by the id in the path, and keeps the rest', async () => {
    const before = (await put({ description: 'First words' })).body;
    const { status, body } = await put({ name: 'Second name' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'Second name', description: 'First words' });
    expect(body.config_fields).toEqual(before.config_fields);
    expect(body.cron_schedule).toBe(before.cron_schedule);
    expect((await t.api('PUT', `${face}/source-connections/${id}/`, { name: 'Second name' })).status).toBe(200);
    expect((await t.api('PUT', `${face}/source-connections/no-uuid`, { name: 'Other name' })).status).toBe(422);
    const unknown = await t.api('PUT', `${face}/source-connections/${unknownId}`, { name: 'Other name' });
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Source connection not found' } });
  });

  it('A02 asks for an API key, and keeps organizations apart', async () => {
    const none = await put({ name: 'Some name' }, { key: null });
    expect(none).toMatchObject({ status: 401, body: { detail: 'No valid authentication provided' } });
    expect((await put({ name: 'Some name' }, { key: 'trib_wrong-key-00000000000000000000000' })).status).toBe(401);
    const { key } = await t.newOrganization();
    expect((await put({ name: 'Taken over' }, { key })).status).toBe(404);
    expect((await put({})).body.name).not.toBe('Taken over');
  });

  it('A03 takes a name of 4 to 42 characters, or null for the default name', async () => {
    expect((await put({ name: 'abc' })).status).toBe(422);
    expect((await put({ name: 'a'.repeat(43) })).status).toBe(422);
    expect((await put({ name: 42 })).status).toBe(422);
    expect((await put({ name: 'abcd' })).body.name).toBe('abcd');
    expect((await put({ name: 'ü'.repeat(42) })).body.name).toBe('ü'.repeat(42));
    expect((await put({ name: null })).body.name).toBe('Stub Connection');
  });

  it('A04 shows names of 1 to 64 characters', async () => {
    const { body } = await put({});
    expect(body.name.length).toBeGreaterThanOrEqual(1);
    expect(body.name.length).toBeLessThanOrEqual(64);
  });

  it('A05 takes a description of up to 255 characters, and null clears it', async () => {
    expect((await put({ description: 'd'.repeat(255) })).body.description).toBe('d'.repeat(255));
    expect((await put({ description: 'd'.repeat(256) })).status).toBe(422);
    expect((await put({ description: null })).body.description).toBeNull();
  });

  it('A06 takes new credentials as an object, which the source validates, or the mask to keep them', async () => {
    expect((await put({ auth_fields: { stub_key: 'new-secret-key' } })).status).toBe(200);
    const wrong = await put({ auth_fields: { stub_key: 7, other: 'new-secret-key' } });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('stub_key');
    expect(JSON.stringify(wrong.body)).not.toContain('new-secret-key');
    expect((await put({ auth_fields: '********' })).status).toBe(200);
    expect((await put({ auth_fields: null })).status).toBe(200);
    expect((await put({ auth_fields: 'plain text' })).status).toBe(422);
  });

  it('A07 shows credentials as the mask, always', async () => {
    const { body } = await put({ auth_fields: { stub_key: 'new-secret-key' } });
    expect(body.auth_fields).toBe('********');
    expect(JSON.stringify(body)).not.toContain('new-secret-key');
    expect((await put({})).body.auth_fields).toBe('********');
  });

  it('A08 takes a configuration, which the source validates', async () => {
    const { body } = await put({ config_fields: { entity_count: 7 } });
    expect(body.config_fields).toEqual({ entity_count: 7 });
    const wrong = await put({ config_fields: { entity_count: 'many' } });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('entity_count');
    expect((await put({})).body.config_fields).toEqual({ entity_count: 7 });
  });

  it('A09 takes a cron expression, null ends automatic syncing, an invalid one is refused', async () => {
    expect((await put({ cron_schedule: '15 3 * * *' })).body).toMatchObject({ cron_schedule: '15 3 * * *' });
    expect((await put({ cron_schedule: 'every day' })).status).toBe(422);
    expect((await put({ cron_schedule: '61 * * * *' })).status).toBe(422);
    expect((await put({ cron_schedule: '*/5 * * * *' })).status).toBe(400);
    expect((await put({})).body.cron_schedule).toBe('15 3 * * *');
    expect((await put({ cron_schedule: null })).body).toMatchObject({ cron_schedule: null, next_scheduled_run: null });
  });

  it('A10 takes the stored connection id or null, and refuses another', async () => {
    const { connection_id: stored } = (await put({})).body;
    expect((await put({ connection_id: stored })).status).toBe(200);
    expect((await put({ connection_id: null })).body.connection_id).toBe(stored);
    expect((await put({ connection_id: unknownId })).status).toBe(422);
    expect((await put({ connection_id: 'no-uuid' })).status).toBe(422);
  });

  it('A11 knows white_label_id in request and answer', async () => {
    expect((await put({ white_label_id: null })).body).toHaveProperty('white_label_id', null);
    expect((await put({ white_label_id: 'no-uuid' })).status).toBe(422);
    expect((await put({ white_label_id: unknownId })).status).toBe(404);
  });

  it('A12 asks that an auth provider exists', async () => {
    expect((await put({ auth_provider: null })).body).toHaveProperty('auth_provider', null);
    const unknown = await put({ auth_provider: 'no-such-provider' });
    expect(unknown).toMatchObject({ status: 404, body: { detail: "Auth provider 'no-such-provider' not found" } });
  });

  it('A13 takes a configuration of an auth provider only together with one', async () => {
    expect((await put({ auth_provider_config: null })).body).toHaveProperty('auth_provider_config', null);
    expect((await put({ auth_provider_config: { account: 'a' } })).status).toBe(422);
    expect((await put({ auth_provider_config: 'a' })).status).toBe(422);
  });

  it('A14 tells a field that is left out from one that is null', async () => {
    await put({
      name: 'A third name',
      description: 'Words',
      config_fields: { entity_count: 3 },
      cron_schedule: '0 4 * * *',
    });
    const kept = (await put({})).body;
    expect(kept).toMatchObject({
      name: 'A third name',
      description: 'Words',
      config_fields: { entity_count: 3 },
      cron_schedule: '0 4 * * *',
    });
    const cleared = await put({ name: null, description: null, config_fields: null, cron_schedule: null });
    expect(cleared.status).toBe(200);
    expect(cleared.body).toMatchObject({ name: 'Stub Connection', description: null, cron_schedule: null });
    expect(cleared.body.config_fields ?? {}).toEqual({});
  });

  it('A15 shows short name, id and organization', async () => {
    const { body } = await put({});
    const shown = (await t.api('GET', `${face}/source-connections/${id}`)).body;
    expect(body).toMatchObject({ short_name: 'stub', id, organization_id: shown.organization_id });
  });

  it('A16 shows both times in ISO 8601, and the second moves with a change', async () => {
    const before = (await put({ description: 'One' })).body;
    const after = (await put({ description: 'Two' })).body;
    expect(after.created_at).toMatch(iso);
    expect(after.modified_at).toMatch(iso);
    expect(after.created_at).toBe(before.created_at);
    expect(Date.parse(after.modified_at)).toBeGreaterThan(Date.parse(before.modified_at));
  });

  it('A17 shows the readable id of the collection', async () => {
    expect((await put({})).body.collection).toBe(collection);
  });

  it('A18 shows exactly the documented fields', async () => {
    expect(Object.keys((await put({})).body).toSorted()).toEqual(fields);
  });

  it('A19 shows the ids that the system manages', async () => {
    const { body } = await put({});
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    expect(body.sync_id).toMatch(uuid);
    expect(body.connection_id).toMatch(uuid);
    expect(new Set([body.sync_id, body.connection_id, body.id]).size).toBe(3);
  });

  it('A20 shows who created it and who changed it last', async () => {
    const made = await t.api('POST', '/tributary/v1/api-keys', {
      name: 'Editor',
      email: 'editor@example.com',
      scopes: ['source_connections:write'],
    });
    const { body } = await put({ description: 'Edited' }, { key: made.body.key });
    expect(body).toMatchObject({ created_by_email: 'owner@example.com', modified_by_email: 'editor@example.com' });
  });

  it('A21 says active, in_progress or failing by the newest job, in lower case', async () => {
    expect((await put({})).body.status).toBe('active');
    const failing = await t.newStub({ shortName: 'exception_stub', config: { entity_count: 3, trigger_after: 0 } });
    expect((await t.api('PUT', `${face}/source-connections/${failing.id}`, {})).body.status).toBe('failing');
    const slow = await t.newStub({
      shortName: 'timed',
      config: { entity_count: 50, duration_seconds: 60 },
      credentials: { timed_key: 'k' },
      wait: false,
    });
    const running = await eventually('a running job', async () => {
      const { body } = await t.api('PUT', `${face}/source-connections/${slow.id}`, {});
      return body.latest_sync_job_status === 'in_progress' ? body : undefined;
    });
    expect(running).toMatchObject({ status: 'in_progress', latest_sync_job_completed_at: null });
    expect(running.latest_sync_job_started_at).toMatch(iso);
    await t.api('DELETE', `/source-connections/${slow.id}`);
  });

  it('A22 shows the state of the newest job', async () => {
    expect((await put({})).body.latest_sync_job_status).toBe('completed');
    const idle = await t.newStub({ body: { sync_immediately: false }, wait: false });
    const { body } = await t.api('PUT', `${face}/source-connections/${idle.id}`, {});
    expect(body).toMatchObject({ latest_sync_job_status: null, latest_sync_job_id: null, status: 'active' });
  });

  it('A23 shows the newest job, its times, and its error', async () => {
    const [job] = (await t.api('GET', `/source-connections/${id}/jobs`)).body;
    expect((await put({})).body).toMatchObject({
      latest_sync_job_id: job.id,
      latest_sync_job_started_at: job.started_at,
      latest_sync_job_completed_at: job.completed_at,
      latest_sync_job_error: null,
    });
    const failing = await t.newStub({
      shortName: 'exception_stub',
      config: {
        entity_count: 3,
        trigger_after: 0,
        exception_type: 'token_provider_config_error',
        error_message: 'No such thing',
      },
    });
    const { body } = await t.api('PUT', `${face}/source-connections/${failing.id}`, {});
    expect(body).toMatchObject({ latest_sync_job_status: 'failed', latest_sync_job_completed_at: null });
    expect(body.latest_sync_job_error).toContain('No such thing');
  });

  it('A24 works out the next run from the cron expression', async () => {
    const { body } = await put({ cron_schedule: '30 5 * * *' });
    expect(body.next_scheduled_run).toMatch(/T05:30:00(\.000)?Z$/);
    const wait = Date.parse(body.next_scheduled_run) - Date.now();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(24 * 3_600_000);
    expect((await put({ cron_schedule: null })).body.next_scheduled_run).toBeNull();
  });

  it('A25 reports what does not fit with place and words', async () => {
    const { status, body } = await put({ name: 'abc' });
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      { loc: ['body', 'name'], msg: 'String should have at least 4 characters', type: 'string_too_short' },
    ]);
    expect(body.errors).toEqual([{ 'body.name': 'String should have at least 4 characters' }]);
  });
});
