import { Secret } from '@tributary/connectors/kit/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuditLog, createAuditLog } from '../audit/service.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { createOrganizationService } from '../organizations/service.ts';
import { createProjectService } from '../projects/service.ts';
import type { Actor } from './actor.ts';
import { KeyAuthenticator } from './key-authenticator.ts';
import { hashKey, newKeyText } from './key-text.ts';
import { type ApiKeyService, createApiKeyService } from './service.ts';

let now = 1_800_000_000_000;
const clock: Clock = { now: () => now, sleep: async () => undefined };
const log = { warn: () => undefined };
const code = (value: string, reason?: string) =>
  expect.objectContaining({ code: value, ...(reason ? { details: expect.objectContaining({ reason }) } : {}) });

let control: ControlStore;
let remove: () => Promise<void>;
let authenticator: KeyAuthenticator;
let audit: AuditLog;
let keys: ApiKeyService;
let admin: Actor;
let adminKey: string;

beforeAll(async () => {
  const home = await sqliteHome();
  control = await home.open();
  remove = () => home.remove();
});
afterAll(async () => {
  await control.close();
  await remove();
});
beforeEach(async () => {
  now += 10_000_000;
  authenticator = new KeyAuthenticator({ control, clock, log });
  audit = createAuditLog({ control, clock });
  keys = createApiKeyService({ control, clock, audit, onRevoked: (id) => authenticator.forget(id) });
  const projects = createProjectService({ control, clock, audit });
  const organizations = createOrganizationService({ control, clock, projects, apiKeys: keys });
  adminKey = await organizations.create('Acme', { name: 'Ada', email: 'ada@example.com' });
  admin = await authenticator.authenticate(adminKey);
});

const make = (scopes: Parameters<ApiKeyService['create']>[1]['scopes'] = ['*'], expiresInDays: number | null = null) =>
  keys.create(admin, { scopes, expiresInDays });

describe('an API key', () => {
  it('F1-4 is a prefix and 32 random bytes, and is stored as its hash only', async () => {
    const { apiKey, text } = await make();
    expect(text).toMatch(/^trib_[0-9A-Za-z]{43}$/);
    const rows = JSON.stringify(await control.db.selectFrom('api_key').selectAll().execute());
    expect(rows).not.toContain(text);
    expect(rows).toContain(hashKey(text));
    expect(text.startsWith(apiKey.prefix)).toBe(true);
    expect(
      JSON.stringify([await keys.get(admin, apiKey.id), await keys.list(admin, { skip: 0, limit: 10 })]),
    ).not.toContain(text);
  });

  it('F1-4 is never made twice', () => {
    expect(new Set(Array.from({ length: 5_000 }, newKeyText)).size).toBe(5_000);
  });

  it('tells who calls, from which organization, with which scopes', async () => {
    const { apiKey, text } = await keys.create(admin, {
      ownerName: 'Bob',
      ownerEmail: 'bob@example.com',
      scopes: ['search:read'],
      expiresInDays: null,
    });
    expect(await authenticator.authenticate(text)).toEqual({
      organizationId: admin.organizationId,
      apiKeyId: apiKey.id,
      name: 'Bob',
      email: 'bob@example.com',
      scopes: new Set(['search:read']),
    });
  });

  it('F1-4 stops at its expiry, to the millisecond', async () => {
    const { text } = await make(['*'], 1);
    now += 86_399_999;
    await authenticator.authenticate(text);
    now += 1;
    await expect(authenticator.authenticate(text)).rejects.toThrow(code('unauthenticated', 'expired'));
  });

  it('F1-4 stops within a second of being revoked, here at once and in other processes soon', async () => {
    const { apiKey, text } = await make();
    const elsewhere = new KeyAuthenticator({ control, clock, log });
    await elsewhere.authenticate(text);
    await authenticator.authenticate(text);
    await keys.revoke(admin, apiKey.id);
    await expect(authenticator.authenticate(text)).rejects.toThrow(code('unauthenticated', 'unknown'));
    now += 999;
    await expect(elsewhere.authenticate(text)).rejects.toThrow(code('unauthenticated', 'unknown'));
  });

  it.each([undefined, '', 'nonsense', 'trib_', `trib_${'0'.repeat(43)}`, `trib_${'x'.repeat(10_000)}`])(
    'lets nobody in with %j',
    async (presented) => {
      await expect(authenticator.authenticate(presented)).rejects.toThrow(code('unauthenticated'));
    },
  );

  it('F1-4 cannot make a stronger key than itself', async () => {
    const { text } = await make(['api_keys:write', 'collections:write']);
    const weak = await authenticator.authenticate(text);
    await expect(keys.create(weak, { scopes: ['*'], expiresInDays: 1 })).rejects.toThrow(code('forbidden'));
    await expect(keys.create(weak, { scopes: ['audit:read'], expiresInDays: 1 })).rejects.toThrow(code('forbidden'));
    const made = await keys.create(weak, { scopes: ['collections:read'], expiresInDays: 1 });
    expect(made.apiKey.scopes).toEqual(['collections:read']);
  });

  it('stays when it is the last that can manage keys; expired and revoked ones do not count', async () => {
    await make(['search:read']);
    const other = await make(['api_keys:write'], 1);
    now += 86_400_000;
    await expect(keys.revoke(admin, admin.apiKeyId)).rejects.toThrow(code('last_api_key'));
    await keys.revoke(admin, other.apiKey.id);
    await make(['api_keys:write']);
    expect((await keys.revoke(admin, admin.apiKeyId)).revokedAt).toBe(now);
  });

  it('F1-11 of another organization is not found', async () => {
    const stranger: Actor = { ...admin, organizationId: newId() };
    await expect(keys.get(stranger, admin.apiKeyId)).rejects.toThrow(code('api_key_not_found'));
    await expect(keys.revoke(stranger, admin.apiKeyId)).rejects.toThrow(code('api_key_not_found'));
    expect(await keys.list(stranger, { skip: 0, limit: 10 })).toEqual([]);
  });

  it('notes its last use, at most once a minute', async () => {
    const { apiKey, text } = await make();
    const lastUsedAt = async () => (await keys.get(admin, apiKey.id)).lastUsedAt;
    expect(await lastUsedAt()).toBeNull();
    const first = now;
    await authenticator.authenticate(text);
    await expect.poll(lastUsedAt).toBe(first);
    now += 59_999;
    await authenticator.authenticate(text);
    now += 1;
    await authenticator.authenticate(text);
    await expect.poll(lastUsedAt).toBe(first + 60_000);
  });

  it('F1-4 that the operator brings is added once, and stays revoked once it was', async () => {
    const brought = new Secret(`trib_${'operator'.repeat(5)}${now}`);
    const owner = { name: 'Ops', email: 'ops@example.com' };
    const ensure = () => control.transaction((tx) => keys.ensure(tx, admin.organizationId, owner, brought));
    await ensure();
    await ensure();
    const actor = await authenticator.authenticate(brought.reveal());
    expect(actor).toMatchObject({ email: 'ops@example.com', scopes: new Set(['*']) });
    await keys.revoke(admin, actor.apiKeyId);
    await ensure();
    await expect(authenticator.authenticate(brought.reveal())).rejects.toThrow(code('unauthenticated', 'unknown'));
  });

  it('F1-16 leaves one event for each change, in the transaction of the change', async () => {
    const { apiKey } = await make();
    now += 1;
    await keys.revoke(admin, apiKey.id);
    await keys.revoke(admin, apiKey.id);
    const { items } = await audit.list(admin, { limit: 10, subjectId: apiKey.id });
    expect(items.map((row) => [row.action, row.subject_kind, row.actor_email])).toEqual([
      ['api_key.revoked', 'api_key', 'ada@example.com'],
      ['api_key.created', 'api_key', 'ada@example.com'],
    ]);
  });
});

describe('the audit log', () => {
  it('is read page by page, newest first, without loss or repetition', async () => {
    for (let count = 0; count < 5; count += 1) {
      await make(['search:read']);
      now += count % 2;
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await audit.list(admin, { limit: 2, after });
      seen.push(...page.items.map((row) => row.id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    const all = (await audit.list(admin, { limit: 100 })).items;
    expect(seen).toEqual(all.map((row) => row.id));
    expect(all).toHaveLength(5);
    expect(all.map((row) => row.created_at)).toEqual(all.map((row) => row.created_at).toSorted((a, b) => b - a));
  });

  it('F1-11 shows nothing of other organizations', async () => {
    await make();
    expect((await audit.list({ ...admin, organizationId: newId() }, { limit: 10 })).items).toEqual([]);
  });

  it('F1-16 keeps nothing of a change that was undone', async () => {
    const undone = control.transaction(async (tx) => {
      await audit.record(tx, admin, { action: 'thing.changed', subjectKind: 'thing', subjectId: 'x' });
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect((await audit.list(admin, { limit: 10, action: 'thing.changed' })).items).toEqual([]);
  });
});
