import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

let t: TestService;

beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

describe.each(['/v1', ''])('POST under "%s"', (face) => {
  let collection: string;
  const direct = { credentials: { stub_key: 'canary-credential' } };
  const create = (body: object, options = {}) =>
    t.api(
      'POST',
      `${face}/source-connections`,
      { short_name: 'stub', readable_collection_id: collection, authentication: direct, ...body },
      options,
    );

  beforeAll(async () => {
    collection = await t.newCollection();
  });

  it('C01 creates, with a trailing slash or without', async () => {
    expect((await create({})).status).toBe(200);
    const body = { short_name: 'stub', readable_collection_id: collection, authentication: direct };
    expect((await t.api('POST', `${face}/source-connections/`, body)).status).toBe(200);
  });

  it('C02 takes the key as a bearer token or as x-api-key, which wins', async () => {
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    expect((await create({}, { key: null, headers: bearer(t.key) })).status).toBe(200);
    expect((await create({}, { key: null, headers: { ...bearer(t.key), 'x-api-key': '' } })).status).toBe(200);
    expect((await create({}, { key: null, headers: bearer('wrong') })).status).toBe(401);
    expect((await create({}, { headers: bearer('wrong') })).status).toBe(200);
    const none = await create({}, { key: null });
    expect(none).toMatchObject({ status: 401, body: { detail: 'No valid authentication provided' } });
  });

  it('C03 takes a name of 4 to 42 characters, and makes one from the source', async () => {
    expect((await create({})).body.name).toBe('Stub Connection');
    expect((await create({ name: null })).body.name).toBe('Stub Connection');
    expect((await create({ name: 'Mine' })).body.name).toBe('Mine');
    expect((await create({ name: 'abc' })).status).toBe(422);
    expect((await create({ name: 'a'.repeat(43) })).status).toBe(422);
  });

  it('C04 asks for a source that exists', async () => {
    const missing = await create({ short_name: undefined });
    expect(missing.status).toBe(422);
    expect(missing.body.detail[0]).toMatchObject({ loc: ['body', 'short_name'], msg: 'Field required' });
    const unknown = await create({ short_name: 'no_such_source' });
    expect(unknown).toMatchObject({ status: 404, body: { detail: "Source 'no_such_source' not found" } });
  });

  it('C05 asks for a collection that exists', async () => {
    expect((await create({ readable_collection_id: undefined })).status).toBe(422);
    const unknown = await create({ readable_collection_id: 'no-such-collection' });
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Collection not found' } });
    const { key } = await t.newOrganization();
    expect((await create({}, { key })).status).toBe(404);
  });

  it('C06 takes a description of up to 255 characters and a configuration', async () => {
    const { body } = await create({ description: 'Words', config: { entity_count: 2 } });
    expect(body).toMatchObject({ description: 'Words', config: { entity_count: 2 } });
    expect((await create({ description: 'd'.repeat(256) })).status).toBe(422);
    const wrong = await create({ config: { entity_count: 'two', bogus: 1 } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([
      { 'body.config.entity_count': expect.any(String) },
      { 'body.config.bogus': 'Unknown field' },
    ]);
  });

  it('C07 finds the auth method out from the fields given', async () => {
    expect((await create({})).body.auth.method).toBe('direct');
    for (const other of [
      { access_token: 't' },
      { client_id: 'i', client_secret: 's' },
      { redirect_uri: 'https://a.example' },
    ]) {
      const { status, body } = await create({ authentication: other });
      expect(status).toBe(400);
      expect(body.detail).toBe(
        "Source stub does not support this authentication method. Supported methods: ['direct']",
      );
    }
  });

  it('C08 connects at once with direct credentials', async () => {
    const { body } = await create({ config: { entity_count: 3 } });
    await t.waitForJob(body.id);
    const shown = await t.api('GET', `${face}/source-connections/${body.id}`);
    expect(shown.body.entities.total_entities).toBe(4);
    expect(JSON.stringify([body, shown.body])).not.toContain('canary-credential');
  });

  it('C13 refuses authentication of several methods, and fields that none has', async () => {
    for (const mixed of [
      { credentials: { stub_key: 'k' }, access_token: 't' },
      { type: 'direct', credentials: { stub_key: 'k' } },
      { client_id: 'i' },
      { client_id: 'i', client_secret: 's', consumer_key: 'k', consumer_secret: 's' },
      'text',
    ]) {
      const { status, body } = await create({ authentication: mixed });
      expect(status).toBe(422);
      expect(body.detail[0].loc).toEqual(['body', 'authentication']);
    }
  });

  it('C14 takes a schedule, gives a daily one by itself, and none when cron is null', async () => {
    const given = await create({ schedule: { cron: '0 6 * * 1', continuous: false, cursor_field: null } });
    expect(given.body.schedule).toMatchObject({ cron: '0 6 * * 1', continuous: false });
    expect((await create({})).body.schedule.cron).toMatch(/^\d{1,2} \d{1,2} \* \* \*$/);
    expect((await create({ schedule: { cron: null } })).body.schedule).toBeNull();
    expect((await create({ short_name: 'incremental_stub' })).body.schedule.cron).toBe('*/5 * * * *');
    expect((await create({ schedule: { cron: '*/30 * * * *' } })).status).toBe(400);
    expect((await create({ schedule: { cron: '0,30 * * * *' } })).status).toBe(400);
    expect((await create({ schedule: { cron: 'x' } })).status).toBe(422);
  });

  it('C15 syncs at once with direct credentials unless told otherwise, and never with OAuth in the browser', async () => {
    const jobs = async (id: string) => (await t.api('GET', `${face}/source-connections/${id}/jobs`)).body;
    expect(await jobs((await create({})).body.id)).toHaveLength(1);
    expect(await jobs((await create({ sync_immediately: null })).body.id)).toHaveLength(1);
    expect(await jobs((await create({ sync_immediately: false })).body.id)).toHaveLength(0);
    expect((await create({ authentication: {}, sync_immediately: true })).status).toBe(400);
  });

  it('C17 shows what an answer must hold', async () => {
    const { body } = await create({});
    for (const field of ['id', 'name', 'short_name', 'status', 'auth', 'organization_id', 'readable_collection_id']) {
      expect(body[field], field).toBeTruthy();
    }
    expect(body.created_at).toMatch(iso);
    expect(body.modified_at).toMatch(iso);
  });

  it('C18 shows method, authenticated and when', async () => {
    const { auth } = (await create({})).body;
    expect(auth).toEqual({ method: 'direct', authenticated: true, authenticated_at: expect.stringMatching(iso) });
  });

  it('C20 says that it is syncing after a create with an immediate sync, where documented', async () => {
    const { status } = (await create({ short_name: 'timed', authentication: { credentials: { timed_key: 'k' } } }))
      .body;
    // The running system calls a job that no worker has taken yet active.
    if (face === '/v1') expect(status).toBe('SYNCING');
    else expect(['active', 'syncing']).toContain(status);
    const idle = (await create({ sync_immediately: false })).body;
    expect(idle.status).toBe(face === '/v1' ? 'ACTIVE' : 'active');
  });

  it('C22 answers 200', async () => {
    expect((await create({})).status).toBe(200);
  });

  it('C23 leaves out what does not apply', async () => {
    const { auth } = (await create({})).body;
    for (const key of ['auth_url', 'auth_url_expires', 'redirect_url', 'claim_token', 'provider_id', 'expires_at']) {
      expect(auth).not.toHaveProperty(key);
    }
  });

  it('gives the first answer again for a repeated Idempotency-Key', async () => {
    const headers = { 'idempotency-key': `create-${face.length}` };
    const first = await create({ name: 'Only once' }, { headers });
    const again = await create({ name: 'Only once' }, { headers });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await create({ name: 'Other body' }, { headers })).status).toBe(409);
  });

  it('tells why the source refused in a live check', async () => {
    const refused = await create({
      short_name: 'exception_stub',
      config: { fail_on_validate: true, exception_type: 'source_auth_error', error_message: 'Key revoked' },
    });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain('Key revoked');
  });
});
