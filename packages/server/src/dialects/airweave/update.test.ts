import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

let t: TestService;

beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

describe.each(['/v1', ''])('PATCH under "%s"', (face) => {
  let id: string;
  const path = () => `${face}/source-connections/${id}`;
  const patch = (body: unknown, options = {}) => t.api('PATCH', path(), body, options);

  beforeAll(async () => {
    id = (await t.newStub({ body: { name: 'First name', description: 'First words' } })).id;
  });

  it('B01 changes a source connection by its path and an x-api-key', async () => {
    expect((await patch({ name: 'New name' })).body).toMatchObject({ id, name: 'New name' });
    expect((await patch({ name: 'New name' }, { key: null })).status).toBe(401);
    expect((await t.api('PATCH', `${path()}/`, { name: 'New name' })).status).toBe(200);
    expect((await t.api('PATCH', `${face}/source-connections/x`, { name: 'New name' })).status).toBe(422);
    const { key } = await t.newOrganization();
    const foreign = await patch({ name: 'New name' }, { key });
    expect(foreign).toMatchObject({ status: 404, body: { detail: 'Source connection not found' } });
  });

  it('B02 changes only the fields given, and refuses a body without any', async () => {
    await patch({ description: 'Kept words' });
    expect((await patch({ name: 'Another name' })).body.description).toBe('Kept words');
    for (const nothing of [{}, { cron_schedule: null }]) {
      const { status, body } = await patch(nothing);
      expect(status).toBe(422);
      expect(body.detail[0].msg).toBe('At least one field must be provided for update');
    }
    expect((await patch(undefined)).status).toBe(422);
    expect((await patch('{')).status).toBe(400);
  });

  it('B03 takes names of 4 to 42 and descriptions of up to 255 characters', async () => {
    expect((await patch({ name: 'abc' })).status).toBe(422);
    expect((await patch({ name: 'a'.repeat(43) })).status).toBe(422);
    expect((await patch({ name: null })).status).toBe(422);
    expect((await patch({ description: 'd'.repeat(256) })).status).toBe(422);
    expect((await patch({ description: 'd'.repeat(255) })).status).toBe(200);
    expect((await patch({ description: null })).body.description).toBeNull();
  });

  it('B04 replaces the configuration as a whole after the source has validated it', async () => {
    expect((await patch({ config: { entity_count: 4, seed: 7 } })).body.config).toEqual({ entity_count: 4, seed: 7 });
    expect((await patch({ config: { entity_count: 4 } })).body.config).toEqual({ entity_count: 4 });
    const wrong = await patch({ config: { entity_count: -1 } });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('entity_count');
    expect((await patch({ config: { no_such_field: 1 } })).status).toBe(422);
    expect((await patch({ config: [] })).status).toBe(422);
    expect((await patch({ config: null })).body.config ?? {}).toEqual({});
  });

  it('B05 takes a schedule, and null removes it', async () => {
    const { body } = await patch({ schedule: { cron: '10 2 * * *' } });
    expect(body.schedule).toMatchObject({ cron: '10 2 * * *', continuous: false, cursor_field: null });
    expect((await patch({ schedule: { cron: 'nonsense' } })).status).toBe(422);
    const often = await patch({ schedule: { cron: '*/5 * * * *' } });
    expect(often.status).toBe(400);
    expect(often.body.detail).toContain('Minimum schedule interval is 1 hour');
    expect((await patch({ schedule: { continuous: true } })).status).toBe(400);
    expect((await patch({ schedule: { cursor_field: 'no_such_field' } })).status).toBe(422);
    expect((await patch({ name: 'Kept schedule' })).body.schedule.cron).toBe('10 2 * * *');
    expect((await patch({ schedule: { cron: null } })).body.schedule).toBeNull();
    await patch({ schedule: { cron: '10 2 * * *' } });
    expect((await patch({ schedule: null })).body.schedule).toBeNull();
  });

  it('B06 takes direct authentication only', async () => {
    expect((await patch({ authentication: { credentials: { stub_key: 'another' } } })).status).toBe(200);
    expect((await patch({ authentication: null })).status).toBe(200);
    for (const other of [
      { access_token: 't' },
      {},
      { client_id: 'i', client_secret: 's' },
      { provider_readable_id: 'p' },
    ]) {
      const { status, body } = await patch({ authentication: other });
      expect(status).toBe(422);
      expect(body.detail[0].msg).toBe('Direct auth can only be updated with authentication');
    }
    expect((await patch({ authentication: { credentials: {} } })).status).toBe(422);
    expect((await patch({ authentication: { credentials: { stub_key: 7 } } })).status).toBe(422);
  });

  it('B07 shows the required fields', async () => {
    const { body } = await patch({ name: 'Seventh name' });
    for (const field of [
      'id',
      'organization_id',
      'name',
      'short_name',
      'readable_collection_id',
      'status',
      'created_at',
      'modified_at',
      'auth',
    ]) {
      expect(body[field], field).toBeTruthy();
    }
  });

  it('B08 shows the nullable fields', async () => {
    const { body } = await patch({ description: null, schedule: null });
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['description', 'config', 'schedule', 'sync', 'sync_id', 'entities']),
    );
    expect(body).toMatchObject({ description: null, schedule: null });
  });

  it('B09 shows how it is authenticated, never with what', async () => {
    const { body } = await patch({ authentication: { credentials: { stub_key: 'canary-credential' } } });
    expect(body.auth).toMatchObject({ method: 'direct', authenticated: true });
    expect(body.auth.authenticated_at).toMatch(iso);
    expect(JSON.stringify(body)).not.toContain('canary-credential');
  });

  it('B10 adds the next run and the cursor to the schedule', async () => {
    const made = await t.newStub({ shortName: 'incremental_stub', body: { schedule: { cron: '0 3 * * *' } } });
    const { body } = await t.api('PATCH', `${face}/source-connections/${made.id}`, { name: 'With a cursor' });
    expect(body.schedule.next_run).toMatch(/T03:00:00(\.000)?Z$/);
    expect(body.schedule.cursor_value).not.toBeNull();
  });

  it('B11 counts the runs and shows the last', async () => {
    const made = await t.newStub();
    await t.api('POST', `${face}/source-connections/${made.id}/run`);
    await t.waitForJob(made.id);
    const { body } = await t.api('PATCH', `${face}/source-connections/${made.id}`, { name: 'Ran twice' });
    expect(body.sync).toMatchObject({ total_runs: 2, successful_runs: 2, failed_runs: 0 });
    expect(body.sync.last_job).toMatchObject({
      status: 'completed',
      entities_inserted: 0,
      entities_failed: 0,
      error: null,
    });
    expect(body.sync.last_job.duration_seconds).toBeGreaterThanOrEqual(0);
  });

  it('B12 sums the entities up by type', async () => {
    const made = await t.newStub({ config: { entity_count: 6 } });
    const { body } = await t.api('PATCH', `${face}/source-connections/${made.id}`, { name: 'Has entities' });
    expect(body.entities.total_entities).toBe(7);
    const types = Object.values<{ count: number; last_updated: string }>(body.entities.by_type);
    expect(types.reduce((sum, type) => sum + type.count, 0)).toBe(7);
    for (const type of types) expect(type.last_updated).toMatch(iso);
  });

  it('B13 says how it stands in one word', async () => {
    const word = (text: string) => (face === '/v1' ? text.toUpperCase() : text);
    expect((await patch({ name: 'Stands well' })).body.status).toBe(word('active'));
    const failed = await t.newStub({ shortName: 'exception_stub', config: { entity_count: 3, trigger_after: 0 } });
    const shown = await t.api('PATCH', `${face}/source-connections/${failed.id}`, { name: 'Failed' });
    expect(shown.body.status).toBe(word('error'));
    const refused = await t.newStub({
      shortName: 'exception_stub',
      config: { entity_count: 3, trigger_after: 0, exception_type: 'token_expired' },
    });
    const needs = await t.api('GET', `${face}/source-connections/${refused.id}`);
    expect(needs.body.status).toBe(face === '/v1' ? 'NEEDS_REAUTH' : 'error');
  });

  it('B14 shows both times in ISO 8601, and the second moves with a change', async () => {
    const before = (await patch({ description: 'One' })).body;
    const after = (await patch({ description: 'Two' })).body;
    expect(after.created_at).toMatch(iso);
    expect(after.created_at).toBe(before.created_at);
    expect(Date.parse(after.modified_at)).toBeGreaterThan(Date.parse(before.modified_at));
  });

  it('refuses a lost update with If-Match', async () => {
    const first = await t.api('GET', path());
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+"$/);
    const mine = await patch({ description: 'Mine' }, { headers: { 'if-match': etag } });
    expect(mine.status).toBe(200);
    expect(mine.headers.get('etag')).not.toBe(etag);
    const yours = await patch({ description: 'Yours' }, { headers: { 'if-match': etag } });
    expect(yours.status).toBe(412);
    expect((await t.api('GET', path())).body.description).toBe('Mine');
    const older = await t.api('PUT', path(), { description: 'Yours' }, { headers: { 'if-match': etag } });
    expect(older.status).toBe(412);
  });
});
