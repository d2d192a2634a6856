import { Secret } from '@tributary/connectors/kit/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../audit/service.ts';
import { KeyAuthenticator } from '../auth/key-authenticator.ts';
import { createApiKeyService } from '../auth/service.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { postgresHome, sqliteHome } from '../control/testing.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { createProjectService, defaultProjectName } from '../projects/service.ts';
import { bootstrap } from './bootstrap.ts';
import { createOrganizationService } from './service.ts';

const bootstrapEmail = 'ops@example.com';

describe.each([
  ['SQLite', sqliteHome],
  ['PostgreSQL', postgresHome],
])('a first start on %s', (_name, makeHome) => {
  let home: ControlStoreHome;
  const opened: ControlStore[] = [];

  beforeAll(async () => {
    home = await makeHome();
  });
  afterAll(async () => {
    await Promise.all(opened.map((control) => control.close()));
    await home.remove();
  });

  /** A service process on the same database. */
  async function start(key?: string) {
    const control = await home.open();
    opened.push(control);
    const audit = createAuditLog({ control, clock });
    const apiKeys = createApiKeyService({ control, clock, audit, onRevoked: () => undefined });
    const projects = createProjectService({ control, clock, audit });
    const organizations = createOrganizationService({ control, clock, projects, apiKeys });
    const authenticator = new KeyAuthenticator({ control, clock, log: { warn: () => undefined } });
    const config = { bootstrapApiKey: key === undefined ? undefined : new Secret(key), bootstrapEmail };
    const newKey = await bootstrap({ control, config, organizations, apiKeys });
    return { control, newKey, authenticator, organizations, projects };
  }

  it('F1-23 makes one organization, its project and one key, also when several services start at once', async () => {
    const services = await Promise.all([start(), start(), start()]);
    const shown = services.map((one) => one.newKey).filter((key) => key !== undefined);
    expect(shown).toHaveLength(1);
    const { authenticator, organizations, projects, control } = services[0]!;
    const actor = await authenticator.authenticate(shown[0]);
    expect(actor).toMatchObject({ email: bootstrapEmail, scopes: new Set(['*']) });
    expect((await organizations.get(actor)).name).toBe('Default organization');
    expect((await projects.list(actor)).map((project) => project.name)).toEqual([defaultProjectName]);
    for (const table of ['organization', 'api_key'] as const)
      expect(await control.db.selectFrom(table).select('id').execute()).toHaveLength(1);
  });

  it('F1-23 is over once it happened: a later start makes and shows nothing', async () => {
    expect((await start()).newKey).toBeUndefined();
  });

  it('takes the key that the operator brings, and a changed one beside it', async () => {
    const keys = [`trib_${'a'.repeat(40)}`, `trib_${'b'.repeat(40)}`];
    for (const key of [...keys, keys[0]]) expect((await start(key)).newKey).toBeUndefined();
    const { authenticator, control } = await start();
    const actors = await Promise.all(keys.map((key) => authenticator.authenticate(key)));
    expect(new Set(actors.map((actor) => actor.apiKeyId)).size).toBe(2);
    expect(new Set(actors.map((actor) => actor.organizationId)).size).toBe(1);
    expect(await control.db.selectFrom('api_key').select('id').execute()).toHaveLength(3);
  });
});
