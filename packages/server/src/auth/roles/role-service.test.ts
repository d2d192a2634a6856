import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../audit/service.ts';
import type { ControlStoreHome } from '../../control/control-store-contract.ts';
import type { ControlStore } from '../../control/database.ts';
import { postgresHome, sqliteHome } from '../../control/testing.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { createOrganizationService } from '../../organizations/service.ts';
import { createProjectService, type ProjectService } from '../../projects/service.ts';
import type { Actor } from '../actor.ts';
import { KeyAuthenticator } from '../key-authenticator.ts';
import { type ApiKeyService, createApiKeyService } from '../service.ts';
import { createRoleService, type RoleService } from './service.ts';

const code = (value: string) => expect.objectContaining({ code: value });

describe.each([
  ['SQLite', sqliteHome],
  ['PostgreSQL', postgresHome],
] as const)('roles of keys on %s', (_name, makeHome) => {
  let now = 1_800_000_000_000;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  let home: ControlStoreHome;
  let control: ControlStore;
  let authenticator: KeyAuthenticator;
  let keys: ApiKeyService;
  let roles: RoleService;
  let projects: ProjectService;
  let admin: Actor;
  beforeAll(async () => {
    home = await makeHome();
    control = await home.open();
  });
  afterAll(async () => {
    await control.close();
    await home.remove();
  });
  beforeEach(async () => {
    now += 10_000_000;
    const audit = createAuditLog({ control, clock });
    authenticator = new KeyAuthenticator({ control, clock, log: { warn: () => undefined } });
    keys = createApiKeyService({ control, clock, audit, onRevoked: (id) => authenticator.forget(id) });
    roles = createRoleService({ control, clock, audit, onChanged: (id) => authenticator.forgetOrganization(id) });
    projects = createProjectService({ control, clock, audit });
    const organizations = createOrganizationService({ control, clock, projects, apiKeys: keys });
    const text = await organizations.create('Acme', { name: 'Ada', email: 'ada@example.com' });
    admin = await authenticator.authenticate(text);
  });

  const role = (name: string, ...permissions: Parameters<RoleService['create']>[1]['permissions']) =>
    roles.create(admin, { name, description: null, permissions });

  it('add to what a key may do, everywhere and in projects', async () => {
    const project = await projects.create(admin, 'crm');
    const [viewer, manager] = [await role('viewer', 'CONNECTIONS:VIEW'), await role('manager', 'CONNECTIONS:MANAGE')];
    const { text } = await keys.create(admin, {
      scopes: ['search:read'],
      roles: [
        { roleId: viewer.id, project: null },
        { roleId: manager.id, project: 'crm' },
        { roleId: manager.id, project: 'crm' },
      ],
      expiresInDays: null,
    });
    expect(await authenticator.authenticate(text)).toMatchObject({
      scopes: new Set(['search:read', 'source_connections:read']),
      projectScopes: new Map([[project.id, new Set(['source_connections:write'])]]),
    });
    await projects.delete(admin, 'crm');
    now += 1_000;
    expect(await authenticator.authenticate(text)).not.toHaveProperty('projectScopes');
  });

  it('are seen within a second by other processes', async () => {
    const elsewhere = new KeyAuthenticator({ control, clock, log: { warn: () => undefined } });
    const auditor = await role('auditor', 'AUDIT:VIEW');
    const { apiKey, text } = await keys.create(admin, { scopes: ['search:read'], expiresInDays: null });
    expect((await elsewhere.authenticate(text)).scopes).toEqual(new Set(['search:read']));
    await roles.assign(admin, apiKey.id, [{ roleId: auditor.id, project: null }]);
    now += 999;
    expect((await elsewhere.authenticate(text)).scopes).toEqual(new Set(['search:read', 'audit:read']));
  });

  it('go with a rotated key, and the old key goes on for its grace only', async () => {
    const auditor = await role('auditor', 'AUDIT:VIEW');
    const assigned = [{ roleId: auditor.id, project: 'default' }];
    const old = await keys.create(admin, { scopes: ['search:read'], roles: assigned, expiresInDays: 30 });
    const fresh = await keys.rotate(admin, old.apiKey.id, { graceSeconds: 60 });
    expect(await roles.listOfKey(admin, fresh.apiKey.id)).toEqual([{ name: 'auditor', ...assigned[0] }]);
    expect(fresh.apiKey).toMatchObject({ ownerEmail: 'ada@example.com', expiresAt: now + 30 * 86_400_000 });
    await expect(keys.rotate(admin, old.apiKey.id, { graceSeconds: 60 })).rejects.toThrow(code('api_key_ended'));
    now += 59_999;
    await authenticator.authenticate(old.text);
    now += 1;
    await expect(authenticator.authenticate(old.text)).rejects.toThrow(code('unauthenticated'));
    await authenticator.authenticate(fresh.text);
  });

  it('are rotated once when two ask at the same time', async () => {
    const { apiKey } = await keys.create(admin, { scopes: ['search:read'], expiresInDays: null });
    const tries = [0, 0, 0].map(() => keys.rotate(admin, apiKey.id, { graceSeconds: 60 }));
    const ended = await Promise.allSettled(tries);
    expect(ended.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('keep their names apart in an organization, and are nothing to another', async () => {
    const one = await role('auditor', 'AUDIT:VIEW');
    await expect(role('auditor', 'AUDIT:VIEW')).rejects.toThrow(code('role_exists'));
    const other = await role('other', 'AUDIT:VIEW');
    await expect(roles.update(admin, other.id, { name: 'auditor' })).rejects.toThrow(code('role_exists'));
    const stranger: Actor = { ...admin, organizationId: newId() };
    await expect(roles.get(stranger, one.id)).rejects.toThrow(code('role_not_found'));
    await expect(roles.delete(stranger, one.id)).rejects.toThrow(code('role_not_found'));
    expect(await roles.list(stranger)).toEqual([]);
    expect((await roles.list(admin)).map(({ name }) => name)).toEqual(['auditor', 'other']);
  });

  it('are not taken from the last key that can manage keys', async () => {
    const manager = await role('manager', 'IDENTITY:MANAGE');
    const { apiKey, text } = await keys.create(admin, {
      scopes: [],
      roles: [{ roleId: manager.id, project: null }],
      expiresInDays: null,
    });
    const last = await authenticator.authenticate(text);
    await keys.revoke(last, admin.apiKeyId);
    await expect(keys.revoke(last, apiKey.id)).rejects.toThrow(code('last_api_key'));
    await expect(roles.delete(last, manager.id)).rejects.toThrow(code('last_api_key'));
    await expect(roles.assign(last, apiKey.id, [])).rejects.toThrow(code('last_api_key'));
    await authenticator.authenticate(text);
  });
});
