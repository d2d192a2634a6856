import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopManifest } from '../../../test/harness/played-shop.ts';
import { startTestService, type TestService } from '../../../test/harness/service.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService();
});
afterAll(() => t.stop());

const path = '/tributary/v1/connectors';
const manifest = shopManifest();
const reason = async (text: string): Promise<string> => {
  const { status, body } = await t.api('POST', path, { name: 'bad', manifest: text });
  expect(status).toBe(400);
  expect(body.error.code).toBe('connector_manifest_invalid');
  return body.error.message;
};

describe('connectors of an organization', () => {
  it('are added, listed among the sources with their fields, and deleted', async () => {
    const added = await t.api('POST', path, { name: 'shop', manifest, origin: 'shop.yaml' });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ name: 'shop', title: 'Shop', version: 1, origin: 'shop.yaml', missing: [] });
    expect(added.body.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(added.body.streams).toEqual([
      { name: 'orders', primaryKey: [['id']], cursorField: 'updated_at', partitionedBy: [] },
    ]);
    expect((await t.api('GET', path)).body).toEqual([added.body]);
    const shown = (await t.api('GET', '/sources/shop')).body;
    expect(shown).toMatchObject({ short_name: 'shop', name: 'Shop' });
    expect(shown.auth_fields.fields).toMatchObject([{ name: 'token', is_secret: true }]);
    expect(shown.config_fields.fields).toContainEqual(expect.objectContaining({ name: 'base_url' }));
    expect((await t.api('GET', '/sources')).body.map((one: { short_name: string }) => one.short_name)).toContain(
      'shop',
    );
    expect((await t.api('POST', path, { name: 'shop', manifest })).body.error.code).toBe('connector_exists');
    expect((await t.api('DELETE', `${path}/shop`)).body).toEqual(added.body);
    expect((await t.api('GET', '/sources/shop')).status).toBe(404);
    expect((await t.api('GET', `${path}/shop`)).body.error.code).toBe('connector_not_found');
  });

  it('are each organization’s own', async () => {
    await t.api('POST', path, { name: 'own', manifest });
    const { key } = await t.newOrganization();
    expect((await t.api('GET', path, undefined, { key })).body).toEqual([]);
    expect((await t.api('GET', '/sources/own', undefined, { key })).status).toBe(404);
    expect((await t.api('POST', path, { name: 'own', manifest }, { key })).status).toBe(201);
    await t.api('DELETE', `${path}/own`, undefined, { key });
    expect((await t.api('GET', `${path}/own`)).status).toBe(200);
  });

  it('come in versions: the same content is the same version, another one says what it does to each stream', async () => {
    await t.api('POST', path, { name: 'versions', manifest });
    const same = await t.api('PUT', `${path}/versions`, { manifest: `# a comment\n${manifest}` });
    expect(same.body).toMatchObject({ connector: { version: 1 }, changes: [] });
    const described = await t.api('PUT', `${path}/versions`, {
      manifest: manifest.replace('title: Address', 'title: URL'),
    });
    expect(described.body).toMatchObject({
      connector: { version: 2 },
      changes: [{ stream: 'orders', change: 'state_kept' }],
    });
    const keyed = await t.api('PUT', `${path}/versions`, { manifest: shopManifest({ primaryKey: 'title' }) });
    expect(keyed.body).toMatchObject({
      connector: { version: 3 },
      changes: [{ stream: 'orders', change: 'state_dropped', reason: expect.stringContaining('title') }],
    });
    const back = await t.api('PATCH', `${path}/versions`, { version: 1 });
    expect(back.body).toMatchObject({ connector: { version: 1 }, changes: [{ change: 'state_dropped' }] });
    const versions = (await t.api('GET', `${path}/versions/versions`)).body;
    expect(versions.map((one: { version: number }) => one.version)).toEqual([3, 2, 1]);
    expect((await t.api('PATCH', `${path}/versions`, { version: 9 })).body.error.code).toBe(
      'connector_version_not_found',
    );
  });

  const elsewhere = manifest.replace("{{ config['base_url'] }}", 'https://evil.example');

  it('are sent to no other host before somebody has accepted it, by a new version or an older one', async () => {
    expect(elsewhere).not.toBe(manifest);
    const added = await t.api('POST', path, { name: 'guarded', manifest });
    expect(added.body.hosts).toEqual(["{{ config['base_url'] }}"]);
    const refused = await t.api('PUT', `${path}/guarded`, { manifest: elsewhere });
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'connector_hosts_not_accepted', details: { hosts: ['evil.example'] } } },
    });
    expect((await t.api('GET', `${path}/guarded/versions`)).body).toHaveLength(1);
    const taken = await t.api('PUT', `${path}/guarded`, { manifest: elsewhere, acceptNewHosts: true });
    expect(taken.body).toMatchObject({ connector: { version: 2, hosts: ['evil.example'] } });
    expect(taken.body.hosts).toContainEqual({ host: 'evil.example', change: 'added' });
    expect(taken.body.hosts).toContainEqual({ host: "{{ config['base_url'] }}", change: 'gone' });
    const { items } = (await t.api('GET', '/tributary/v1/audit-events')).body;
    expect(items[0]).toMatchObject({ action: 'connector.upgraded_to_new_hosts' });
    expect((await t.api('PATCH', `${path}/guarded`, { version: 1 })).body.error.code).toBe(
      'connector_hosts_not_accepted',
    );
    const back = await t.api('PATCH', `${path}/guarded`, { version: 1, acceptNewHosts: true });
    expect(back.body).toMatchObject({ connector: { version: 1 } });
  });

  it('are sent to no other host by a key that may not change connections, whatever it accepts', async () => {
    await t.api('POST', path, { name: 'kept', manifest });
    const { key } = (await t.api('POST', '/tributary/v1/api-keys', { scopes: ['organization:write'] })).body;
    const change = { manifest: elsewhere, acceptNewHosts: true };
    expect((await t.api('PUT', `${path}/kept`, change, { key })).status).toBe(403);
    expect(
      (await t.api('PUT', `${path}/kept`, { manifest: shopManifest({ primaryKey: 'title' }) }, { key })).status,
    ).toBe(200);
    expect((await t.api('GET', `${path}/kept`)).body.version).toBe(2);
  });

  it('whose way of signing in cannot be used say why, here and among the sources', async () => {
    const flow = 'spec:\n  advanced_auth: { auth_flow_type: oauth1.0 }\n';
    const added = await t.api('POST', path, { name: 'signless', manifest: manifest.replace('spec:\n', flow) });
    expect(added.body.warnings).toEqual([expect.stringContaining('it is of OAuth 1.0')]);
    const shown = (await t.api('GET', '/sources/signless')).body;
    expect(shown.description).toContain('it is of OAuth 1.0');
    expect(shown.auth_methods).not.toContain('oauth_browser');
  });

  it('cannot take the name of a source that comes with the service', async () => {
    const taken = await t.api('POST', path, { name: 'postgres', manifest });
    expect(taken).toMatchObject({ status: 409, body: { error: { code: 'connector_name_taken' } } });
  });

  it('are refused with the place of what is wrong, and nothing is kept', async () => {
    expect(await reason('streams: [')).toMatch(/line 1/);
    expect(await reason(manifest.replace('DpathExtractor', 'DpathExtracter'))).toMatch(
      /record_selector.*DpathExtractor/s,
    );
    expect(await reason(manifest.replace('version: 6.0.0', "version: '#/check'"))).not.toBe('');
    const cyclic = manifest.replace('check:', "definitions:\n  a: '#/definitions/b'\n  b: '#/definitions/a'\ncheck:");
    expect(await reason(cyclic.replace('primary_key: id', "primary_key: '#/definitions/a'"))).toMatch(/circle/);
    expect((await t.api('GET', `${path}/bad`)).status).toBe(404);
  });

  it('that name classes of another language say which streams cannot be read', async () => {
    const extra = `
  - type: DeclarativeStream
    name: strange
    retriever:
      type: CustomRetriever
      class_name: source_shop.components.Strange
`;
    const added = await t.api('POST', path, { name: 'partly', manifest: shopManifest({ extra }) });
    expect(added.body.missing).toEqual([{ className: 'source_shop.components.Strange', streams: ['strange'] }]);
  });

  it('stay as long as a connection uses them', async () => {
    await t.api('POST', path, { name: 'used', manifest });
    const connected = await t.api('POST', '/source-connections', {
      name: 'Shop',
      short_name: 'used',
      readable_collection_id: await t.newCollection(),
      authentication: { credentials: { token: 'canary-token-4711' } },
      config: { base_url: 'http://127.0.0.1:9' },
      sync_immediately: false,
    });
    // The source is asked before anything is kept; nobody listens there.
    expect(connected.status).not.toBe(404);
    expect(JSON.stringify(connected.body)).not.toContain('canary-token-4711');
  });
});
