import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { Permission } from '../auth/roles/permissions.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { newId, type ProjectId } from '../lib/ids.ts';
import { createProjectService, type ProjectService } from './service.ts';

let control: ControlStore;
let remove: () => Promise<void>;
let projects: ProjectService;
const actorOf = (): Actor => ({
  organizationId: newId(),
  apiKeyId: newId(),
  name: 'Ada',
  email: 'ada@example.com',
  scopes: new Set(['*']),
});
const ada = actorOf();
const bob = actorOf();
const code = (value: string) => expect.objectContaining({ code: value });

beforeAll(async () => {
  const home = await sqliteHome();
  control = await home.open();
  remove = () => home.remove();
  projects = createProjectService({ control, clock, audit: createAuditLog({ control, clock }) });
  for (const { organizationId: id } of [ada, bob]) {
    await control.db.insertInto('organization').values({ id, name: 'A', created_at: 1 }).execute();
    await projects.createDefault(control.db, id);
  }
});
afterAll(async () => {
  await control.close();
  await remove();
});

describe('projects', () => {
  it('have names that are unique in an organization, not across', async () => {
    await projects.create(ada, 'web');
    await projects.create(bob, 'web');
    await expect(projects.create(ada, 'web')).rejects.toThrow(code('project_exists'));
    expect((await projects.list(ada)).map((project) => project.name)).toEqual(['default', 'web']);
  });

  it('F1-11 of another organization are not found', async () => {
    await projects.create(ada, 'hers');
    await expect(projects.get(bob, 'hers')).rejects.toThrow(code('project_not_found'));
    await expect(projects.delete(bob, 'hers')).rejects.toThrow(code('project_not_found'));
    expect((await projects.get(ada, 'hers')).name).toBe('hers');
  });

  it('are found without regard to case, and none is made or renamed that differs in case only', async () => {
    const { id } = await projects.create(ada, 'Shop');
    expect((await projects.get(ada, 'sHOP')).id).toBe(id);
    await expect(projects.create(ada, 'SHOP')).rejects.toThrow(code('project_exists'));
    await projects.create(ada, 'store');
    await expect(projects.rename(ada, 'store', 'shop')).rejects.toThrow(code('project_exists'));
    expect((await projects.rename(ada, 'shop', 'SHOP')).name).toBe('SHOP');
    // Older versions let such names be.
    await control.db
      .insertInto('project')
      .values({ id: newId(), organization_id: ada.organizationId, name: 'shop', created_at: 1 })
      .execute();
    expect((await projects.get(ada, 'SHOP')).id).toBe(id);
    expect((await projects.get(ada, 'shop')).id).not.toBe(id);
  });

  it('can be renamed, but for the default one', async () => {
    const { id } = await projects.create(ada, 'before');
    await projects.rename(ada, 'before', 'after');
    await expect(projects.get(ada, 'before')).rejects.toThrow(code('project_not_found'));
    expect((await projects.get(ada, 'after')).id).toBe(id);
    await expect(projects.rename(ada, 'Default', 'other')).rejects.toThrow(code('project_not_renamable'));
    await expect(projects.rename(bob, 'after', 'his')).rejects.toThrow(code('project_not_found'));
  });

  it('have the environment production from the start, also the default one', async () => {
    const { id } = await projects.create(ada, 'living');
    const [, any] = await projects.list(ada);
    for (const project of [id, any?.id ?? id, await projects.getDefaultId(control.db, ada.organizationId)]) {
      const found = await control.db
        .selectFrom('environment')
        .select('name')
        .where('project_id', '=', project)
        .execute();
      expect(found).toEqual([{ name: 'production' }]);
    }
  });

  it('are known to keys with rights in them only, which are told what they lack', async () => {
    const { id } = await projects.create(ada, 'closed');
    const only = (projectId: ProjectId): Actor => ({
      ...ada,
      scopes: new Set(),
      projectScopes: new Map([[projectId, new Set(['source_connections:read'])]]),
    });
    const ask = (actor: Actor, needed: Permission) => projects.getFor(control.db, actor, 'CLOSED', needed);
    expect((await ask(only(id), 'CONNECTIONS:VIEW')).id).toBe(id);
    await expect(ask(only(id), 'CONNECTIONS:MANAGE')).rejects.toThrow(code('forbidden'));
    await expect(ask(only(newId()), 'CONNECTIONS:VIEW')).rejects.toThrow(code('project_not_found'));
    await expect(ask(bob, 'CONNECTIONS:VIEW')).rejects.toThrow(code('project_not_found'));
  });

  it('can be deleted, but for the default one', async () => {
    await projects.create(ada, 'short');
    await projects.delete(ada, 'short');
    await expect(projects.get(ada, 'short')).rejects.toThrow(code('project_not_found'));
    await expect(projects.delete(ada, 'default')).rejects.toThrow(code('project_not_deletable'));
  });

  it('stay while they hold a connection', async () => {
    const { id: project_id } = await projects.create(ada, 'full');
    await control.db
      .insertInto('connection')
      .values({
        id: newId(),
        organization_id: ada.organizationId,
        project_id,
        handle: 'h',
        handle_key: 'h',
        connector: 'stub',
        connector_given: 'stub',
        description: null,
        endpoint: '{}',
        auth_method: 'direct',
        authenticated_at: null,
        label: null,
        created_at: 1,
        modified_at: 1,
        created_by_email: null,
        modified_by_email: null,
      })
      .execute();
    await expect(projects.delete(ada, 'full')).rejects.toThrow(code('project_not_deletable'));
  });
});
