import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { createAuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { postgresHome, sqliteHome } from '../control/testing.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { newId, type EnvironmentId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import { createProjectService } from '../projects/service.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/vault.ts';
import { createEnvironmentService, type EnvironmentService } from './service.ts';
import { createVariableSource } from './variable-source.ts';
import { createVariableService, type VariableChange, type VariableService } from './variables.ts';

const code = (value: string) => expect.objectContaining({ code: value });
const inProject = { project: 'web', environment: null };
const inTest = { project: 'WEB', environment: 'Test' };

describe.each([
  ['SQLite', sqliteHome],
  ['PostgreSQL', postgresHome],
])('variables on %s', (_name, makeHome) => {
  let home: ControlStoreHome;
  let control: ControlStore;
  let dataDir: string;
  let vault: Vault;
  let environments: EnvironmentService;
  let variables: VariableService;
  let projectId: ProjectId;
  const changes: VariableChange[] = [];
  const ada: Actor = {
    organizationId: newId<OrganizationId>(),
    apiKeyId: newId(),
    name: 'Ada',
    email: 'ada@example.com',
    scopes: new Set(['*']),
  };

  beforeAll(async () => {
    home = await makeHome();
    control = await home.open();
    dataDir = await mkdtemp(join(tmpdir(), 'tributary-variables-'));
    vault = await openVault({ ...loadConfig({ TRIBUTARY_DATA_DIR: dataDir }), control });
    const audit = createAuditLog({ control, clock });
    const projects = createProjectService({ control, clock, audit });
    const needs = { control, clock, audit, projects };
    environments = createEnvironmentService(needs);
    variables = createVariableService({ ...needs, vault, onChanged: (change) => changes.push(change) });
    const { organizationId: id } = ada;
    await control.db.insertInto('organization').values({ id, name: 'A', created_at: 1 }).execute();
    projectId = (await projects.create(ada, 'web')).id;
    await environments.create(ada, 'web', 'test');
  });
  afterAll(async () => {
    await control.close();
    await home.remove();
    await rm(dataDir, { recursive: true });
  });

  const value = (text: string) => new Secret(text);
  const valuesIn = async (environmentId: EnvironmentId) =>
    Object.fromEntries(
      await createVariableSource({ vault }).valuesIn(control.db, ada.organizationId, projectId, environmentId),
    );
  const idOf = async (name: string) => (await environments.get(ada, 'web', name)).id;

  it('of an environment win over those of the project, whether secret or plain', async () => {
    await variables.set(ada, inProject, 'host', { value: value('everywhere') });
    await variables.set(ada, inProject, 'password', { value: value('shared'), secret: true });
    await variables.set(ada, inProject, 'port', { value: value('25'), secret: true });
    await variables.set(ada, inTest, 'host', { value: value('test'), secret: true });
    await variables.set(ada, inTest, 'port', { value: value('2525') });
    expect(await valuesIn(await idOf('test'))).toEqual({ host: 'test', password: 'shared', port: '2525' });
    expect(await valuesIn(await idOf('production'))).toEqual({ host: 'everywhere', password: 'shared', port: '25' });
  });

  it('show their value only where they are plain, and keep a secret one until another is given', async () => {
    const made = await variables.set(ada, inProject, 'token', { value: value('first'), secret: true });
    expect(made).toMatchObject({ name: 'token', secret: 1, value: null });
    await variables.set(ada, inProject, 'token', {});
    expect((await valuesIn(await idOf('test')))['token']).toBe('first');
    await expect(variables.set(ada, inProject, 'token', { secret: false })).rejects.toThrow(
      code('variable_value_missing'),
    );
    const plain = await variables.set(ada, inProject, 'token', { value: value('second'), secret: false });
    expect(plain).toMatchObject({ secret: 0, value: 'second' });
    const hidden = await variables.set(ada, inProject, 'token', { secret: true });
    expect(hidden.value).toBe(null);
    expect((await valuesIn(await idOf('test')))['token']).toBe('second');
    const listed = await variables.list(ada, inProject);
    expect(listed.filter(({ name }) => name === 'token')).toHaveLength(1);
    expect(JSON.stringify(listed)).not.toContain('second');
  });

  it('are nowhere in the store as they are', async () => {
    await variables.set(ada, inProject, 'canary', { value: value('canary-of-variables') });
    const rows = await control.db.selectFrom('variable').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('canary-of-variables');
  });

  it('need a value when they are new, and are found by the exact name', async () => {
    await expect(variables.set(ada, inProject, 'new', {})).rejects.toThrow(code('variable_value_missing'));
    await expect(variables.get(ada, inProject, 'HOST')).rejects.toThrow(code('variable_not_found'));
    await expect(variables.get(ada, { ...inTest, environment: 'none' }, 'host')).rejects.toThrow(
      code('environment_not_found'),
    );
  });

  it('tell of each change, and of where it holds', async () => {
    changes.length = 0;
    await variables.set(ada, inProject, 'told', { value: value('1') });
    await variables.set(ada, inTest, 'told', { value: value('2') });
    await variables.delete(ada, inTest, 'told');
    await expect(variables.delete(ada, inTest, 'told')).rejects.toThrow(code('variable_not_found'));
    const common = { organizationId: ada.organizationId, projectId, names: ['told'] };
    const environmentId = await idOf('test');
    expect(changes).toEqual([
      { ...common, environmentId: null },
      { ...common, environmentId },
      { ...common, environmentId },
    ]);
  });

  it('are one when several set the same at once', async () => {
    await Promise.all(['1', '2', '3'].map((text) => variables.set(ada, inProject, 'raced', { value: value(text) })));
    expect((await variables.list(ada, inProject)).filter(({ name }) => name === 'raced')).toHaveLength(1);
  });

  it('go with their environment', async () => {
    await environments.create(ada, 'web', 'gone');
    const place = { project: 'web', environment: 'gone' };
    const { id } = await variables.set(ada, place, 'x', { value: value('1') });
    await environments.delete(ada, 'web', 'GONE');
    expect(await control.db.selectFrom('variable').select('id').where('id', '=', id).execute()).toEqual([]);
  });

  it('environments have names of their own in a project, and production stays', async () => {
    await expect(environments.create(ada, 'web', 'TEST')).rejects.toThrow(code('environment_exists'));
    await expect(environments.rename(ada, 'web', 'test', 'Production')).rejects.toThrow(code('environment_exists'));
    await expect(environments.rename(ada, 'web', 'production', 'live')).rejects.toThrow(code('environment_fixed'));
    await expect(environments.delete(ada, 'web', 'Production')).rejects.toThrow(code('environment_fixed'));
    const { id } = await environments.create(ada, 'web', 'stage');
    expect(await environments.rename(ada, 'web', 'STAGE', 'Stage')).toMatchObject({ id, name: 'Stage' });
    await environments.rename(ada, 'web', 'stage', 'preview');
    expect((await environments.list(ada, 'web')).map(({ name }) => name)).toEqual(['preview', 'production', 'test']);
    await environments.delete(ada, 'web', 'preview');
  });
});
