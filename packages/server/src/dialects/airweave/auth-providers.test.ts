import { PlayedGithub, TOKEN } from '@tributary/connectors/sources/github/testing-github';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import { startTestService, type TestService } from '../../../test/harness/service.ts';
import { outsideKinds } from '../../auth/providers/outside-provider.ts';
import { playVendor, type PlayedVendor } from '../../auth/providers/testing/played-vendors.ts';
import { VendorRig } from '../../auth/providers/testing/vendor-rig.ts';

const rig = new VendorRig();
let t: TestService;
let github: PlayedGithub;
const vendors = new Map<string, PlayedVendor>();

beforeAll(async () => {
  github = await PlayedGithub.start();
  github.issue('acme/app', 1, '2026-01-01T00:00:00Z');
  github.secluded.add('acme/app');
  for (const kind of outsideKinds) vendors.set(kind, await playVendor(rig, kind, 'github', TOKEN));
  t = await startTestService();
});
afterAll(async () => {
  await t.stop();
  github.close();
  await rig.close();
});

function vendorOf(kind: string): PlayedVendor {
  const vendor = vendors.get(kind);
  if (!vendor) throw new Error(`no vendor ${kind}`);
  return vendor;
}

describe.each(['/v1', ''])('auth providers under "%s"', (face) => {
  let made = 0;
  const connect = (kind: string, body: object = {}, options = {}) => {
    made += 1;
    const given = { name: `My ${kind}`, short_name: kind, auth_fields: vendorOf(kind).authFields, ...body };
    return t.api('POST', `${face}/auth-providers`, given, options);
  };

  it('C12 lists the kinds with the fields that they ask for', async () => {
    const { body } = await t.api('GET', `${face}/auth-providers/list`);
    expect(body.map((one: { short_name: string }) => one.short_name)).toEqual(outsideKinds);
    const { body: nango } = await t.api('GET', `${face}/auth-providers/detail/nango`);
    expect(nango.auth_fields.fields).toMatchObject([
      { name: 'secret_key', required: true, is_secret: true },
      { name: 'base_url', required: false, is_secret: false },
    ]);
    expect(nango.config_fields.fields.map((field: { name: string }) => field.name)).toEqual([
      'connection_id',
      'provider_config_key',
    ]);
    expect((await t.api('GET', `${face}/auth-providers/detail/nobody`)).status).toBe(404);
  });

  it.each(outsideKinds)('C12 connects %s after a live call, and shows nothing of the key', async (kind) => {
    const { status, body } = await connect(kind, { description: 'Words' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: `My ${kind}`, short_name: kind, description: 'Words' });
    expect(body.readable_id).toMatch(new RegExp(`^my-${kind}-[a-z0-9]{6}$`));
    expect(body.masked_client_id).toBe(kind === 'pipedream' ? 'clie...6789' : null);
    const shown = await t.api('GET', `${face}/auth-providers/connections/${body.readable_id}`);
    expect(shown.body).toEqual(body);
    const listed = await t.api('GET', `${face}/auth-providers/connections/`);
    expect(listed.body[0]).toEqual(body);
    expect(JSON.stringify([body, listed.body])).not.toContain('canary');
  });

  it.each(outsideKinds)('C12 does not connect %s when it refuses the key, and stores nothing', async (kind) => {
    const vendor = vendorOf(kind);
    const before = (await t.api('GET', `${face}/auth-providers/connections`)).body.length;
    vendor.state.keyIsGood = false;
    const refused = await connect(kind, { readable_id: `refused-${kind}` }).finally(() => {
      vendor.state.keyIsGood = true;
    });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(new RegExp(`^Auth provider 'refused-${kind}': .* refused the key`));
    expect(refused.body.detail).not.toContain('canary');
    expect((await t.api('GET', `${face}/auth-providers/connections`)).body).toHaveLength(before);
  });

  it('C12 takes each readable id once in an organization, and validates what it is given', async () => {
    const readable_id = `once-${face.length}`;
    expect((await connect('klavis', { readable_id })).status).toBe(200);
    expect((await connect('klavis', { readable_id })).status).toBe(face === '/v1' ? 409 : 400);
    const { key } = await t.newOrganization();
    expect((await connect('klavis', { readable_id }, { key })).status).toBe(200);
    expect((await connect('klavis', { readable_id: 'No Slug' })).status).toBe(422);
    expect((await connect('klavis', { short_name: 'nobody' })).status).toBe(422);
    const wrong = await connect('klavis', { auth_fields: { api_key: 7, token: 'canary' } });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((error: object) => Object.keys(error)[0])).toEqual([
      'body.auth_fields.api_key',
      'body.auth_fields.token',
    ]);
    expect(JSON.stringify(wrong.body)).not.toContain('canary');
  });

  it('C12 changes names, and the key after another live call', async () => {
    const { readable_id: id } = (await connect('composio')).body;
    const path = `${face}/auth-providers/${id}`;
    const named = await t.api('PUT', path, { name: 'Other', description: null });
    expect(named.body).toMatchObject({ name: 'Other', description: null, readable_id: id });
    expect((await t.api('PUT', path, { auth_fields: {} })).status).toBe(422);
    const vendor = vendorOf('composio');
    const asked = vendor.seen.length;
    expect((await t.api('PUT', path, { auth_fields: { ...vendor.authFields, api_key: 'next' } })).status).toBe(200);
    expect(vendor.seen.at(-1)?.headers['x-api-key']).toBe('next');
    expect(vendor.seen).toHaveLength(asked + 1);
    expect((await t.api('PUT', `${face}/auth-providers/nobody`, { name: 'Other' })).status).toBe(404);
  });
});

describe.each(['/v1', ''])('a source connection by an auth provider under "%s"', (face) => {
  const ids = new Map<string, string>();
  beforeAll(async () => {
    for (const kind of outsideKinds) {
      const given = { name: `My ${kind}`, short_name: kind, auth_fields: vendorOf(kind).authFields };
      ids.set(kind, (await t.api('POST', `${face}/auth-providers/`, given)).body.readable_id);
    }
  });
  const create = async (kind: string, body: object = {}, config: object = vendorOf(kind).config) =>
    t.api('POST', `${face}/source-connections`, {
      short_name: 'github',
      readable_collection_id: await t.newCollection(),
      config: { repositories: ['acme/app'], base_url: github.url },
      authentication: { provider_readable_id: ids.get(kind), provider_config: config },
      ...body,
    });

  it.each(outsideKinds)(
    'C12 C21 is connected by %s at once, and syncs with the credentials that it has',
    async (kind) => {
      const { status, body } = await create(kind);
      expect([status, body.detail]).toEqual([200, undefined]);
      expect(body.auth).toMatchObject({
        method: 'auth_provider',
        authenticated: true,
        provider_readable_id: ids.get(kind),
        provider_id: expect.any(String),
      });
      const job = await t.waitForJob(body.id);
      expect([job.status, job.error ?? null]).toEqual(['completed', null]);
      expect(job.entities_inserted).toBe(2);
      const shown = JSON.stringify((await t.api('GET', `${face}/source-connections/${body.id}`)).body);
      expect(shown).not.toContain(TOKEN);
      expect(shown).not.toContain('canary');
    },
  );

  it('C20 says that it is syncing after the create, where documented', async () => {
    const { body } = await create('nango');
    if (face === '/v1') expect(body.status).toBe('SYNCING');
    else expect(['active', 'syncing']).toContain(body.status);
    const idle = await create('nango', { sync_immediately: false });
    expect(idle.body.status).toBe(face === '/v1' ? 'ACTIVE' : 'active');
  });

  it('C12 asks for an auth provider that exists, serves the source, and is given an account', async () => {
    const unknown = await create('nango', { authentication: { provider_readable_id: 'no-such' } });
    expect(unknown).toMatchObject({ status: 404, body: { detail: "Auth provider 'no-such' not found" } });
    const { key } = await t.newOrganization();
    const readable_collection_id = await t.newCollection(key);
    const authentication = { provider_readable_id: ids.get('nango'), provider_config: vendorOf('nango').config };
    const foreign = await t.api(
      'POST',
      `${face}/source-connections`,
      { short_name: 'github', readable_collection_id, authentication, config: { owner: 'acme' } },
      { key },
    );
    expect(foreign.status).toBe(404);
    const unserved = await create('nango', { short_name: 'postgres', config: { host: 'h', database: 'd' } });
    expect(unserved.status).toBe(400);
    expect(unserved.body.detail).toContain("Supported auth providers: ['custom']");
    const noAccount = await create('nango', {}, { connection_id: 'c1', other: 'x' });
    expect(noAccount.status).toBe(422);
    expect(noAccount.body.errors.map((error: object) => Object.keys(error)[0])).toEqual([
      'body.authentication.provider_config.provider_config_key',
      'body.authentication.provider_config.other',
    ]);
    const stub = await create('nango', { short_name: 'stub', config: {} });
    expect(stub.status).toBe(400);
    expect(stub.body.detail).toContain('does not support this authentication method');
  });

  it('C12 is not made when the account has no credentials that the source takes', async () => {
    const before = (await t.api('GET', `${face}/source-connections`)).body.length;
    const gone = await create('composio', {}, { account_id: 'ca_2' });
    expect(gone.status).toBe(400);
    expect(gone.body.detail).toMatch(/^Auth provider 'my-composio-.*': Composio has no connected account ca_2/);
    vendorOf('composio').state.token = 'wrong-token';
    const refused = await create('composio').finally(() => {
      vendorOf('composio').state.token = TOKEN;
    });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("Source 'github' refused the credentials");
    expect((await t.api('GET', `${face}/source-connections`)).body).toHaveLength(before);
  });

  it('C12 waits for an endpoint that does not know the new source connection yet', async () => {
    const vendor = vendorOf('custom');
    vendor.state.token = undefined;
    const { status, body } = await create('custom').finally(() => {
      vendor.state.token = TOKEN;
    });
    expect(status).toBe(200);
    expect(vendor.seen.at(-1)?.path).toBe(`/${body.id}`);
    expect((await t.api('GET', `${face}/source-connections/${body.id}/jobs`)).body).toEqual([]);
    await t.api('POST', `${face}/source-connections/${body.id}/run`);
    expect((await t.waitForJob(body.id)).status).toBe('completed');
  });

  it('C21 asks for another token when the source refuses the one that it has, in the live check and in the job', async () => {
    const renewals: string[] = [];
    const vendor = await rig.vendor(({ path, query }) => {
      if (!path.endsWith('/c1')) return { status: 404 };
      if (query['force_refresh'] === 'true') renewals.push(path);
      const access_token = query['force_refresh'] === 'true' ? TOKEN : 'stale-token';
      return { body: { connection_id: 'c1', credentials: { type: 'OAUTH2', access_token } } };
    });
    const auth_fields = { secret_key: 'canary-vendor-key', base_url: vendor.origin };
    const given = { name: 'Stale', short_name: 'nango', auth_fields };
    const { readable_id } = (await t.api('POST', `${face}/auth-providers`, given)).body;
    const authentication = { provider_readable_id: readable_id, provider_config: vendorOf('nango').config };
    const { status, body } = await create('nango', { authentication });
    expect(status).toBe(200);
    expect(renewals).toHaveLength(1);
    expect((await t.waitForJob(body.id)).status).toBe('completed');
    expect(renewals).toHaveLength(2);
  });

  it('says that the account is gone when it is, and goes on when it is back', async () => {
    const vendor = vendorOf('klavis');
    const { body } = await create('klavis');
    await t.waitForJob(body.id);
    vendor.state.token = undefined;
    try {
      await t.api('POST', `${face}/source-connections/${body.id}/run`);
      const failed = await eventually('the failed job', async () => {
        const [job] = (await t.api('GET', `/source-connections/${body.id}/jobs?limit=1`)).body;
        return job.status === 'failed' ? job : undefined;
      });
      expect(failed.error).toContain('Klavis has no instance');
      const state = await t.api('GET', `/tributary/v1/source-connections/${body.id}/status`);
      expect(state.body.setup).toBe('needs_reauth');
      expect(state.body.tasks).toMatchObject([
        { message: expect.stringContaining('Put it right at the auth provider'), fix: { method: 'POST' } },
      ]);
    } finally {
      vendor.state.token = TOKEN;
    }
    const changed = await t.api('PUT', `${face}/source-connections/${body.id}`, {
      auth_provider: ids.get('klavis'),
      auth_provider_config: vendor.config,
    });
    expect(changed.status).toBe(200);
    await t.api('POST', `${face}/source-connections/${body.id}/run`);
    expect((await t.waitForJob(body.id)).status).toBe('completed');
  });

  it('A12 gets another auth provider by the older update, if it exists', async () => {
    const { id } = (await create('nango')).body;
    const put = (body: object) => t.api('PUT', `${face}/source-connections/${id}`, body);
    expect((await put({})).body).toMatchObject({
      auth_provider: ids.get('nango'),
      auth_provider_config: vendorOf('nango').config,
    });
    expect((await put({ auth_provider: null })).body.auth_provider).toBe(ids.get('nango'));
    expect((await put({ auth_provider: 'no-such' })).status).toBe(404);
    const { config } = vendorOf('pipedream');
    const moved = await put({ auth_provider: ids.get('pipedream'), auth_provider_config: config });
    expect(moved.body).toMatchObject({ auth_provider: ids.get('pipedream'), auth_provider_config: config });
    const direct = await t.newStub({ wait: false });
    const other = await t.api('PUT', `${face}/source-connections/${direct.id}`, { auth_provider: ids.get('nango') });
    expect(other.status).toBe(400);
  });

  it('A13 names another account by the older update, after a live check', async () => {
    const { id } = (await create('composio')).body;
    const put = (body: object) => t.api('PUT', `${face}/source-connections/${id}`, body);
    const config = { account_id: 'ca_1' };
    expect((await put({ auth_provider_config: config })).body).toMatchObject({
      auth_provider: ids.get('composio'),
      auth_provider_config: config,
    });
    expect((await put({ auth_provider_config: { account_id: 'ca_9' } })).status).toBe(400);
    const wrong = await put({ auth_provider_config: null });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('auth_provider_config');
    expect((await put({})).body.auth_provider_config).toEqual(config);
  });

  it('keeps its credentials when its configuration changes, which is checked with them', async () => {
    const { id } = (await create('nango')).body;
    const patch = (body: object) => t.api('PATCH', `${face}/source-connections/${id}`, body);
    const config = { repositories: ['acme/app'], base_url: github.url };
    expect((await patch({ config: { ...config, include_forks: true } })).status).toBe(200);
    const wrong = await patch({ config: { ...config, repositories: ['acme/none'] } });
    expect(wrong.status).toBe(400);
    const credentials = await patch({ authentication: { credentials: { access_token: 'x' } } });
    expect(credentials.status).toBe(400);
  });

  it('keeps its auth provider from being deleted as long as there is one', async () => {
    const given = { name: 'Short lived', short_name: 'klavis', auth_fields: vendorOf('klavis').authFields };
    const { readable_id: id } = (await t.api('POST', `${face}/auth-providers`, given)).body;
    const authentication = { provider_readable_id: id, provider_config: vendorOf('klavis').config };
    const { body } = await create('klavis', { authentication });
    const refused = await t.api('DELETE', `${face}/auth-providers/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.body.detail).toContain('1 connection');
    await t.api('DELETE', `${face}/source-connections/${body.id}`);
    expect((await t.api('DELETE', `${face}/auth-providers/${id}`)).status).toBe(200);
    expect((await t.api('DELETE', `${face}/auth-providers/${id}`)).status).toBe(404);
  });
});
