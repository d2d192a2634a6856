import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../certificates/testing/made-certificates.ts';
import { addDeployable } from '../../test/harness/deployable.ts';
import { callForeign } from '../../test/harness/foreign-calls.ts';
import { makeWebhook, ruleOf } from '../../test/harness/notification-rules.ts';
import { plantRelationship } from '../../test/harness/planted-relationship.ts';
import { shopManifest } from '../../test/harness/played-shop.ts';
import { startTestService, type TestService } from '../../test/harness/service.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService({ TRIBUTARY_RATE_LIMIT_PER_MINUTE: '0' });
});
afterAll(() => t.stop());

describe('F1-11 a thing of one organization', () => {
  it('is not found with the key of another, on no route, and stays as it is', async () => {
    const source = await t.newStub();
    const collection = source.readable_collection_id as string;
    const [job] = (await t.api('GET', `/source-connections/${source.id}/jobs`)).body;
    const client = await t.api('POST', '/tributary/v1/oauth-clients', {
      name: 'Hers',
      shortName: 'github',
      clientId: 'hers',
      clientSecret: 'canary-client-secret',
    });
    const project = await t.api('POST', '/tributary/v1/projects', { name: 'hers' });
    const rules = `/tributary/v1/projects/${project.body.name}/notification-rules`;
    const rule = await t.api('POST', rules, ruleOf(await makeWebhook(t, undefined, project.body.name)));
    const connections = '/apiops/projects/hers/connections';
    const mail = { type: 'email', host: 'smtp.example.com' };
    await t.api('POST', `${connections}/mail`, mail);
    const inProject = '/tributary/v1/projects/hers';
    const { certificate } = makeCertificate({ name: 'hers.example' });
    await t.api('POST', `${inProject}/environments`, { name: 'test' });
    await t.api('PUT', `${inProject}/variables/host`, { value: 'hers' });
    await t.api('PUT', `${inProject}/environments/test/variables/host`, { value: 'hers' });
    await t.api('POST', `${inProject}/certificates`, { name: 'tls', certificate });
    await t.api('POST', '/tributary/v1/connectors', { name: 'hers', manifest: shopManifest() });
    const permissions = [{ category: 'AUDIT', actions: ['VIEW'] }];
    const role = await t.api('POST', '/tributary/v1/roles', { name: 'hers', permissions });
    const keys = (await t.api('GET', '/tributary/v1/api-keys')).body;
    const [catalogued] = (await t.api('GET', '/api/integration-sources')).body;
    const ids = {
      source_id: catalogued.id,
      integration_source_id: catalogued.id,
      relationship_id: plantRelationship(t.dataDir, catalogued),
      source_connection_id: source.id,
      sourceConnectionId: source.id,
      readable_id: collection,
      readableId: collection,
      job_id: job.id,
      jobId: job.id,
      apiKeyId: keys[0].id,
      id: keys[0].id,
      roleId: role.body.id,
      oauthClientId: client.body.id,
      projectName: project.body.name,
      ruleId: rule.body.id,
      connectionName: 'mail',
      environmentName: 'test',
      variableName: 'host',
      certificateName: 'tls',
      connectorName: 'hers',
    };
    const read = async () => [
      (await t.api('GET', `/source-connections/${source.id}`)).body,
      (await t.api('GET', `/collections/${collection}`)).body,
      (await t.api('GET', `/source-connections/${source.id}/jobs`)).body,
      (await t.api('GET', `/api/integration-sources/${catalogued.id}`)).body,
      (await t.api('GET', '/tributary/v1/projects')).body,
      (await t.api('GET', rules)).body,
      (await t.api('GET', `${connections}?type=email`)).body,
      (await t.api('GET', `${inProject}/environments`)).body,
      (await t.api('GET', `${inProject}/variables`)).body,
      (await t.api('GET', `${inProject}/environments/test/variables`)).body,
      (await t.api('GET', `${inProject}/certificates`)).body,
      (await t.api('GET', '/tributary/v1/connectors')).body,
      (await t.api('GET', '/tributary/v1/roles')).body,
      (await t.api('GET', `/tributary/v1/api-keys/${keys[0].id}/roles`)).body,
      (await t.api('GET', '/tributary/v1/oauth-clients')).body,
      (await t.api('GET', '/tributary/v1/api-keys')).body.map((key: { id: string; revokedAt: string | null }) => [
        key.id,
        key.revokedAt,
      ]),
    ];
    const before = await read();
    const { key } = await t.newOrganization();
    const { calls, skipped } = await callForeign(t, key, ids, {
      'PATCH /collections': { name: 'Stolen' },
      'PATCH /v1/collections': { name: 'Stolen' },
      'PATCH /source-connections': { name: 'Stolen' },
      'PATCH /v1/source-connections': { name: 'Stolen' },
      '/selection': {},
      'PUT /tributary/v1/api-keys': { roles: [] },
      'POST /tributary/v1/projects/{projectName}/notification-rules': ruleOf('hook'),
      'PATCH /tributary/v1/projects/{projectName}/notification-rules': { enabled: false },
      'PUT /api/integration-sources/{source_id}/streams': { selected_streams: [] },
      'POST /tributary/v1/projects/{projectName}/certificates': { name: 'stolen', certificate },
      '/variables/': { value: 'Stolen' },
      '/certificates/': { certificate },
      'PUT /tributary/v1/connectors': { manifest: shopManifest({ primaryKey: 'title' }) },
      'PATCH /tributary/v1/connectors': { version: 1 },
      'PUT /': { name: 'Stolen' },
      search: { query: 'text' },
    });
    // Kinds of things are everybody's; a link is known to whom it was given, and its tests look at organizations.
    expect(
      skipped.filter((name) => !/\/\{short_name\}$|\/connection-types\/\{type\}$|\/authorize\/\{code\}/.test(name)),
    ).toEqual([]);
    expect(calls.length).toBeGreaterThan(30);
    expect(calls.filter((call) => call.status !== 404).map((call) => [call.name, call.status, call.text])).toEqual([]);
    expect(await read()).toEqual(before);
  });

  it('is in no list and no search of another', async () => {
    const source = await t.newStub();
    const { key } = await t.newOrganization();
    for (const path of [
      '/source-connections',
      '/collections',
      '/api/integration-sources',
      '/tributary/v1/audit-events',
      '/tributary/v1/api-keys',
      '/tributary/v1/roles',
      '/tributary/v1/projects',
      '/tributary/v1/projects/default/deployments',
      '/tributary/v1/workers',
      '/api-keys',
    ]) {
      const { status, body } = await t.api('GET', path, undefined, { key });
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(body)).not.toContain(source.id);
    }
  });

  it('is not found where a body or a query names it either', async () => {
    const source = await t.newStub();
    const collection = source.readable_collection_id;
    const [own] = (await t.api('GET', '/tributary/v1/api-keys')).body;
    await t.api('POST', '/tributary/v1/connectors', { name: 'hers', manifest: shopManifest() });
    const permissions = [{ category: 'AUDIT', actions: ['VIEW'] }];
    const role = await t.api('POST', '/tributary/v1/roles', { name: 'also hers', permissions });
    await t.api('POST', '/tributary/v1/projects', { name: 'also-hers' });
    await addDeployable(t.dataDir, 'hers');
    const { key } = await t.newOrganization();
    const foreignKey = (await t.api('POST', '/tributary/v1/api-keys', { scopes: ['search:read'] }, { key })).body.id;
    const foreignRole = (await t.api('POST', '/tributary/v1/roles', { name: 'theirs', permissions }, { key })).body.id;
    const create = {
      short_name: 'stub',
      readable_collection_id: collection,
      config: { entity_count: 1 },
      authentication: { credentials: { stub_key: 'key' } },
    };
    const calls: readonly (readonly [method: string, path: string, body: unknown])[] = [
      ['POST', '/source-connections', create],
      ['POST', '/v1/source-connections', create],
      ['POST', '/tributary/v1/projects/default/connections/hers/deploy', undefined],
      ['DELETE', `/api-keys?id=${own.id}`, undefined],
      ['DELETE', `/v1/api-keys?id=${own.id}`, undefined],
      ['PUT', `/tributary/v1/api-keys/${foreignKey}/roles`, { roles: [{ roleId: role.body.id }] }],
      ['PUT', `/tributary/v1/api-keys/${foreignKey}/roles`, { roles: [{ roleId: foreignRole, project: 'also-hers' }] }],
      ['POST', '/tributary/v1/api-keys', { roles: [{ roleId: role.body.id }] }],
    ];
    for (const [method, path, body] of calls) {
      const { status } = await t.api(method, path, body, { key });
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    const listed = (await t.api('GET', `/source-connections?collection=${collection}`, undefined, { key })).body;
    expect(listed).toEqual([]);
  });
});
