import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
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
