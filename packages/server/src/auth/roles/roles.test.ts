import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';
import { scopes, type Actor, type Scope } from '../actor.ts';
import { allowsIn, authorize, refuseMoreThanOwn } from '../policy.ts';
import { newId, type ProjectId } from '../../lib/ids.ts';
import { permissions, permissionScopes, scopesOf } from './permissions.ts';

const native = '/tributary/v1';

describe('a permission', () => {
  it.each(permissions)('%s stands for scopes that exist', (permission) => {
    expect(scopesOf(permission).length).toBeGreaterThan(0);
    for (const scope of scopesOf(permission)) expect(scopes).toContain(scope);
  });

  it('stands in docs/access.md with its scopes', () => {
    const page = readFileSync(new URL('../../../../../docs/access.md', import.meta.url), 'utf8');
    for (const [category, actions] of Object.entries(permissionScopes)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${category}\``)) ?? '';
      const [view = '', manage = '', more = ''] = row.split('|').slice(2);
      for (const [action, granted] of Object.entries<readonly Scope[]>(actions)) {
        const cell = { VIEW: view, MANAGE: manage }[action] ?? more;
        expect([category, action, granted.every((scope) => cell.includes(scope))]).toEqual([category, action, true]);
        if (cell === more) expect(more).toContain(action);
      }
    }
  });

  it('is had by whoever has its scopes, in the organization or in the project that is asked about', () => {
    const [one, other] = [newId<ProjectId>(), newId<ProjectId>()];
    const rights = (everywhere: Scope[], inOne: Scope[]): Pick<Actor, 'scopes' | 'projectScopes'> => ({
      scopes: new Set(everywhere),
      projectScopes: new Map([[one, new Set(inOne)]]),
    });
    const passes = (...call: Parameters<typeof authorize>) => {
      try {
        authorize(...call);
        return true;
      } catch {
        return false;
      }
    };
    const local = rights([], ['source_connections:write']);
    expect(passes(local, 'CONNECTIONS:MANAGE', one)).toBe(true);
    expect(passes(local, 'CONNECTIONS:VIEW', one)).toBe(true);
    expect(passes(local, 'CONNECTIONS:MANAGE', other)).toBe(false);
    expect(passes(local, 'CONNECTIONS:MANAGE')).toBe(false);
    expect(passes(local, 'API_MANAGEMENT:MANAGE', one)).toBe(false);
    const everywhere = rights(['source_connections:read'], []);
    expect(passes(everywhere, 'CONNECTIONS:VIEW', other)).toBe(true);
    expect(passes(everywhere, 'CONNECTIONS:MANAGE', other)).toBe(false);
    expect(allowsIn(rights([], ['syncs:write']), 'syncs:read', one)).toBe(true);
    expect(() => refuseMoreThanOwn(local, ['source_connections:write'], one)).not.toThrow();
    expect(() => refuseMoreThanOwn(local, ['source_connections:write'], other)).toThrow();
    expect(() => refuseMoreThanOwn(local, ['source_connections:write'], null)).toThrow();
    expect(() => refuseMoreThanOwn(rights([...scopes], []), ['*'])).toThrow();
  });
});

describe('a role', () => {
  let t: TestService;
  beforeAll(async () => {
    t = await startTestService();
  });
  afterAll(() => t.stop());

  let names = 0;
  async function newRole(category: string, actions: readonly string[]): Promise<string> {
    const body = { name: `role ${(names += 1)}`, permissions: [{ category, actions }] };
    return (await t.api('POST', `${native}/roles`, body)).body.id;
  }
  async function keyWithRoles(roles: readonly { roleId: string; project?: string }[], scopesOfKey: string[] = []) {
    const made = await t.api('POST', `${native}/api-keys`, { scopes: scopesOfKey, roles });
    expect(made.status).toBe(201);
    return { id: made.body.id as string, key: made.body.key as string };
  }
  const statusOf = async (method: string, path: string, key: string, body?: unknown) =>
    (await t.api(method, path, body, { key })).status;

  it('lets a key do what its permissions stand for, beside its scopes, and nothing else', async () => {
    const viewer = await keyWithRoles([{ roleId: await newRole('CONNECTIONS', ['VIEW']) }], ['collections:read']);
    expect(await statusOf('GET', '/source-connections', viewer.key)).toBe(200);
    expect(await statusOf('GET', '/collections', viewer.key)).toBe(200);
    expect(await statusOf('POST', '/source-connections', viewer.key, {})).toBe(403);
    expect(await statusOf('GET', `${native}/audit-events`, viewer.key)).toBe(403);
  });

  it('obeys at once when it changes, is taken away, or goes', async () => {
    const roleId = await newRole('AUDIT', ['VIEW']);
    const { id, key } = await keyWithRoles([{ roleId }]);
    const path = `${native}/audit-events`;
    expect(await statusOf('GET', path, key)).toBe(200);
    const permissions = [{ category: 'MONITORING', actions: ['VIEW'] }];
    const changed = await t.api('PATCH', `${native}/roles/${roleId}`, { permissions });
    expect(changed.body).toMatchObject({ permissions, modifiedByEmail: 'owner@example.com' });
    expect(await statusOf('GET', path, key)).toBe(403);
    await t.api('PATCH', `${native}/roles/${roleId}`, { permissions: [{ category: 'AUDIT', actions: ['VIEW'] }] });
    expect(await statusOf('GET', path, key)).toBe(200);
    expect((await t.api('PUT', `${native}/api-keys/${id}/roles`, { roles: [] })).body).toEqual([]);
    expect(await statusOf('GET', path, key)).toBe(403);
    await t.api('PUT', `${native}/api-keys/${id}/roles`, { roles: [{ roleId }] });
    expect(await statusOf('GET', path, key)).toBe(200);
    expect((await t.api('DELETE', `${native}/roles/${roleId}`)).status).toBe(200);
    expect(await statusOf('GET', path, key)).toBe(403);
  });

  it('holds in one project when it is given for it', async () => {
    for (const name of ['one', 'other', 'third']) await t.api('POST', `${native}/projects`, { name });
    const [view, manage] = [
      await newRole('PROJECT_MANAGEMENT', ['VIEW']),
      await newRole('PROJECT_MANAGEMENT', ['MANAGE']),
    ];
    const roles = [
      { roleId: view, project: 'one' },
      { roleId: manage, project: 'other' },
    ];
    const { id, key } = await keyWithRoles(roles);
    const listed = await t.api('GET', `${native}/projects`, undefined, { key });
    expect(listed.body.map((one: { name: string }) => one.name)).toEqual(['one', 'other']);
    expect(await statusOf('GET', `${native}/projects/one`, key)).toBe(200);
    expect(await statusOf('GET', `${native}/projects/third`, key)).toBe(404);
    expect(await statusOf('DELETE', `${native}/projects/third`, key)).toBe(404);
    expect(await statusOf('DELETE', `${native}/projects/one`, key)).toBe(403);
    expect(await statusOf('POST', `${native}/projects`, key, { name: 'fourth' })).toBe(403);
    expect(await statusOf('GET', `${native}/organization`, key)).toBe(403);
    expect(await statusOf('DELETE', `${native}/projects/other`, key)).toBe(200);
    const left = (await t.api('GET', `${native}/api-keys/${id}/roles`)).body;
    expect(left.map((one: { project: string }) => one.project)).toEqual(['one']);
  });

  it('F1-4 gives nobody more than the giver has', async () => {
    const strong = await newRole('IDENTITY', ['MANAGE']);
    const stronger = await newRole('AUDIT', ['VIEW']);
    const weak = await keyWithRoles([{ roleId: strong }]);
    const mine = await keyWithRoles([]).catch(() => undefined);
    expect(mine).toBeUndefined();
    const one = await keyWithRoles([], ['search:read']);
    const body = { name: 'sneaky', permissions: [{ category: 'AUDIT', actions: ['VIEW'] }] };
    expect(await statusOf('POST', `${native}/roles`, weak.key, body)).toBe(403);
    const change = { permissions: body.permissions };
    expect(await statusOf('PATCH', `${native}/roles/${strong}`, weak.key, change)).toBe(403);
    expect(await statusOf('PATCH', `${native}/roles/${stronger}`, weak.key, { name: 'mine' })).toBe(403);
    const roles = [{ roleId: stronger }];
    expect(await statusOf('PUT', `${native}/api-keys/${weak.id}/roles`, weak.key, { roles })).toBe(403);
    expect(await statusOf('POST', `${native}/api-keys`, weak.key, { roles })).toBe(403);
    expect(await statusOf('POST', `${native}/api-keys/${one.id}/rotate`, weak.key)).toBe(403);
    expect(await statusOf('POST', `${native}/api-keys`, weak.key, { roles: [{ roleId: strong }] })).toBe(201);
  });

  it('has a name of its own and cells that exist', async () => {
    await t.api('POST', `${native}/roles`, { name: 'Taken', permissions: [{ category: 'AUDIT', actions: ['VIEW'] }] });
    const again = { name: 'Taken', permissions: [{ category: 'AUDIT', actions: ['VIEW'] }] };
    expect((await t.api('POST', `${native}/roles`, again)).status).toBe(409);
    const other = await newRole('AUDIT', ['VIEW']);
    expect((await t.api('PATCH', `${native}/roles/${other}`, { name: 'Taken' })).status).toBe(409);
    for (const permission of [
      { category: 'CONNECTIONS', actions: ['DEPLOY_UNDEPLOY'] },
      { category: 'CONNECTIONS', actions: ['EXECUTE'] },
      { category: 'CONNECTIONS', actions: [] },
      { category: 'NOTHING', actions: ['VIEW'] },
      { category: 'constructor', actions: ['VIEW'] },
    ]) {
      const made = await t.api('POST', `${native}/roles`, { name: 'bad', permissions: [permission] });
      expect([permission, made.status]).toEqual([permission, 422]);
    }
  });

  it('stays with a key that is rotated', async () => {
    const { id } = await keyWithRoles([{ roleId: await newRole('AUDIT', ['VIEW']), project: 'default' }]);
    const before = (await t.api('GET', `${native}/api-keys/${id}/roles`)).body;
    const fresh = await t.api('POST', `${native}/api-keys/${id}/rotate`);
    expect(before).toHaveLength(1);
    expect((await t.api('GET', `${native}/api-keys/${fresh.body.id}/roles`)).body).toEqual(before);
  });

  it('is not taken from the last key that can manage keys', async () => {
    const { key } = await t.newOrganization();
    const permissions = [{ category: 'IDENTITY', actions: ['MANAGE'] }];
    const role = (await t.api('POST', `${native}/roles`, { name: 'Keys', permissions }, { key })).body;
    const made = (await t.api('POST', `${native}/api-keys`, { roles: [{ roleId: role.id }] }, { key })).body;
    const [, first] = (await t.api('GET', `${native}/api-keys`, undefined, { key })).body;
    const last = { key: made.key };
    expect((await t.api('DELETE', `${native}/api-keys/${first.id}`, undefined, last)).status).toBe(200);
    expect((await t.api('PUT', `${native}/api-keys/${made.id}/roles`, { roles: [] }, last)).status).toBe(409);
    expect((await t.api('DELETE', `${native}/roles/${role.id}`, undefined, last)).status).toBe(409);
    const less = { permissions: [{ category: 'IDENTITY', actions: ['VIEW'] }] };
    expect((await t.api('PATCH', `${native}/roles/${role.id}`, less, last)).status).toBe(409);
    expect((await t.api('GET', `${native}/api-keys`, undefined, last)).status).toBe(200);
  });
});
