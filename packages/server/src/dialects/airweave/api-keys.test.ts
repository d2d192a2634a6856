import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

const statusWith = async (key: string) => (await t.api('GET', '/collections', undefined, { key })).status;

describe.each(['', '/v1'])('API keys under %j', (face) => {
  const path = `${face}/api-keys`;

  it('A20 are made with the email of who made them, for 90 days, and are shown once', async () => {
    const made = await t.api('POST', path);
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      id: expect.any(String),
      organization_id: expect.any(String),
      created_at: expect.any(String),
      modified_at: made.body.created_at,
      last_used_date: null,
      expiration_date: expect.any(String),
      created_by_email: 'owner@example.com',
      modified_by_email: 'owner@example.com',
      decrypted_key: expect.stringMatching(/^trib_/),
    });
    const lasts = Date.parse(made.body.expiration_date) - Date.parse(made.body.created_at);
    expect(lasts).toBe(90 * 86_400_000);
    const { decrypted_key: key, ...rest } = made.body;
    expect(await statusWith(key)).toBe(200);
    const read = await t.api('GET', `${path}/${made.body.id}`);
    expect(read.body).toEqual({ ...rest, last_used_date: expect.any(String), decrypted_key: null });
    const listed = await t.api('GET', `${path}/`);
    expect(listed.body.map((one: { id: string }) => one.id)).toContain(made.body.id);
    expect(JSON.stringify(listed.body)).not.toContain(key);
  });

  it('last as many days as is said, from 1 to 365', async () => {
    const { body } = await t.api('POST', path, { expiration_days: 7 });
    expect(Date.parse(body.expiration_date) - Date.parse(body.created_at)).toBe(7 * 86_400_000);
    for (const expiration_days of [0, 366, 1.5, 'x'])
      expect((await t.api('POST', path, { expiration_days })).status).toBe(422);
  });

  it('end when they are rotated, at once or after the grace that is given', async () => {
    const first = (await t.api('POST', path, { expiration_days: 7 })).body;
    const second = (await t.api('POST', `${path}/${first.id}/rotate`)).body;
    expect(second.id).not.toBe(first.id);
    expect(Date.parse(second.expiration_date) - Date.parse(second.created_at)).toBe(7 * 86_400_000);
    expect([await statusWith(first.decrypted_key), await statusWith(second.decrypted_key)]).toEqual([401, 200]);
    const third = (
      await t.api('POST', `${path}/${second.id}/rotate`, { grace_period_seconds: 3600, expiration_days: 30 })
    ).body;
    expect([await statusWith(second.decrypted_key), await statusWith(third.decrypted_key)]).toEqual([200, 200]);
    const old = (await t.api('GET', `${path}/${second.id}`)).body;
    expect(Date.parse(old.expiration_date) - Date.parse(third.created_at)).toBe(3_600_000);
    expect(Date.parse(third.expiration_date) - Date.parse(third.created_at)).toBe(30 * 86_400_000);
    const again = await t.api('POST', `${path}/${second.id}/rotate`);
    expect([again.status, typeof again.body.detail]).toEqual([409, 'string']);
    expect((await t.api('GET', `/tributary/v1/api-keys/${second.id}`)).body.replacedBy).toBe(third.id);
  });

  it('are gone when they are deleted', async () => {
    const { id, decrypted_key: key } = (await t.api('POST', path)).body;
    expect(await statusWith(key)).toBe(200);
    const gone = await t.api('DELETE', `${path}?id=${id}`);
    expect([gone.status, gone.body.id, gone.body.decrypted_key]).toEqual([200, id, null]);
    expect(await statusWith(key)).toBe(401);
    expect((await t.api('GET', `${path}/${id}`)).status).toBe(404);
    const listed = (await t.api('GET', path)).body;
    expect(listed.map((one: { id: string }) => one.id)).not.toContain(id);
    expect((await t.api('DELETE', path)).status).toBe(422);
    expect((await t.api('POST', `${path}/${id}/rotate`)).status).toBe(409);
  });
});

describe('A20 the owner of a key', () => {
  it('is who made and who changed a source connection', async () => {
    const key = (
      await t.api('POST', '/tributary/v1/api-keys', { name: 'Bob', email: 'bob@example.com', scopes: ['*'] })
    ).body.key;
    const source = await t.newStub();
    const before = await t.api('PUT', `/source-connections/${source.id}`, { name: 'Of the owner' });
    expect(before.body).toMatchObject({
      created_by_email: 'owner@example.com',
      modified_by_email: 'owner@example.com',
    });
    const changed = await t.api('PUT', `/source-connections/${source.id}`, { name: 'Of Bob' }, { key });
    expect(changed.body).toMatchObject({
      created_by_email: 'owner@example.com',
      modified_by_email: 'bob@example.com',
    });
  });
});
