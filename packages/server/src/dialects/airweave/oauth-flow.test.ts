import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/harness/eventually.ts';
import { APP, ownClient, startOAuthRig, type OAuthRig } from '../../../test/harness/oauth-rig.ts';
import { Visitor } from '../../../test/harness/visitor.ts';

let rig: OAuthRig;
beforeAll(async () => {
  rig = await startOAuthRig();
});
afterAll(() => rig.stop());

describe.each(['/v1', ''])('connecting by OAuth under "%s"', (face) => {
  const create = (body: object = {}) => rig.create(body, { face });
  const show = async (id: string) => (await rig.t.api('GET', `${face}/source-connections/${id}`)).body;
  const act = (id: string, action: string, body?: object, options = {}) =>
    rig.t.api('POST', `${face}/source-connections/${id}/${action}`, body, options);
  const cased = (word: string) => (face === '/v1' ? word.toUpperCase() : word);

  it('C10 C11 C18 C19 C20 waits for a person after a create with a client of its own, and gives a link', async () => {
    const { status, body } = await create();
    expect(status).toBe(200);
    expect(body.status).toBe(cased('pending_auth'));
    expect(body.sync_id).toBeNull();
    expect(body.auth).toEqual({
      method: 'oauth_byoc',
      authenticated: false,
      auth_url: expect.stringMatching(
        new RegExp(`^${rig.t.url}${face}/source-connections/authorize/[A-Za-z0-9_-]{43}$`),
      ),
      auth_url_expires: expect.any(String),
      redirect_url: APP,
      claim_token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    const left = Date.parse(body.auth.auth_url_expires) - Date.parse(body.created_at);
    expect(left).toBeGreaterThan(4 * 60_000);
    expect(left).toBeLessThanOrEqual(5 * 60_000 + 1000);
  });

  it('C18 C23 shows link and claim token once, and no secret ever', async () => {
    const { body } = await create();
    const shown = await show(body.id);
    expect(shown.auth).toEqual({ method: 'oauth_byoc', authenticated: false });
    const listed = (await rig.t.api('GET', `${face}/source-connections?collection=${rig.collection}`)).body;
    const state = (await rig.t.api('GET', `/tributary/v1/source-connections/${body.id}/status`)).body;
    for (const secret of [body.auth.claim_token, body.auth.auth_url, 'canary-secret'])
      expect(JSON.stringify([shown, listed, state])).not.toContain(secret);
    expect(state.tasks[0]).toMatchObject({
      code: 'authenticate',
      fix: { method: 'POST', path: `/v1/source-connections/${body.id}/reinitiate-oauth` },
    });
  });

  it('C19 C21 C16 leads through the provider and back, and begins to sync when the initiator has verified', async () => {
    const { body } = await create({ schedule: { cron: '15 4 * * *' } });
    expect(body.schedule).toMatchObject({ cron: '15 4 * * *', next_run: null });
    expect((await act(body.id, 'run')).status).toBe(404);
    const visitor = new Visitor();
    const end = await rig.allow(body.auth.auth_url, visitor);
    expect(end.origin + end.pathname).toBe(APP);
    expect(Object.fromEntries(end.searchParams)).toEqual({ status: 'success', source_connection_id: body.id });
    const ours = visitor.setCookies.find((one) => one.startsWith('tributary-authorization-'));
    expect(ours).toMatch(/; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);

    const allowed = await show(body.id);
    expect(allowed).toMatchObject({
      status: cased('active'),
      auth: { method: 'oauth_byoc', authenticated: true, authenticated_at: expect.any(String) },
      schedule: { cron: '15 4 * * *', next_run: expect.any(String) },
      sync_id: expect.any(String),
    });
    expect((await rig.t.api('GET', `${face}/source-connections/${body.id}/jobs`)).body).toEqual([]);

    const verified = await act(body.id, 'verify-oauth', { claim_token: body.auth.claim_token });
    expect(verified.status).toBe(200);
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
    expect((await show(body.id)).entities.total_entities).toBe(2);
  });

  it('C19 follows a link once, and answers 404 for it then', async () => {
    const { body } = await create();
    const first = await new Visitor().go(body.auth.auth_url);
    expect(first.status).toBe(303);
    const target = new URL(first.headers.get('location') ?? '');
    expect(target.origin).toBe(rig.server.url);
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'client-one',
      redirect_uri: `${rig.t.url}/source-connections/callback`,
      code_challenge_method: 'S256',
      scope: 'openid offline_access items',
    });
    const again = await rig.t.api('GET', new URL(body.auth.auth_url).pathname, undefined, { key: null });
    expect(again).toMatchObject({ status: 404, body: { detail: 'Authorization link expired or invalid' } });
  });

  it('C21 verifies by the initiator and its claim token only, once', async () => {
    const { body } = await create();
    const verify = (token: string, options = {}) => act(body.id, 'verify-oauth', { claim_token: token }, options);
    const token = body.auth.claim_token as string;
    expect(await verify(token)).toMatchObject({
      status: 400,
      body: { detail: 'OAuth session is pending, expected in_progress' },
    });
    await rig.allow(body.auth.auth_url);
    expect(await verify('wrong')).toMatchObject({ status: 403, body: { detail: 'Invalid claim token' } });
    const colleague = await rig.t.newKey(['source_connections:write']);
    expect(await verify(token, { key: colleague })).toMatchObject({
      status: 403,
      body: { detail: 'Caller identity mismatch' },
    });
    const { key } = await rig.t.newOrganization();
    expect((await verify(token, { key })).status).toBe(404);
    expect((await act(body.id, 'verify-oauth', {})).status).toBe(422);
    expect((await verify(token)).status).toBe(200);
    expect((await verify(token)).status).toBe(400);
    const stub = await rig.t.newStub({ wait: false });
    expect((await act(stub.id, 'verify-oauth', { claim_token: 'x' })).status).toBe(400);
  });

  it('C21 syncs on demand after the authorization, verified or not', async () => {
    const { body } = await create();
    await rig.allow(body.auth.auth_url);
    expect((await act(body.id, 'run')).status).toBe(200);
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
  });

  it('gives a new link while nobody has allowed it, and the old one is dead', async () => {
    const { body } = await create();
    const again = await act(body.id, 'reinitiate-oauth');
    expect(again.status).toBe(200);
    expect(again.body.auth).toMatchObject({ method: 'oauth_byoc', authenticated: false, redirect_url: APP });
    expect((await new Visitor().go(body.auth.auth_url)).status).toBe(404);
    expect((await act(body.id, 'verify-oauth', { claim_token: body.auth.claim_token })).status).toBe(403);
    expect((await rig.allow(again.body.auth.auth_url)).searchParams.get('status')).toBe('success');
    expect(await act(body.id, 'reinitiate-oauth')).toMatchObject({
      status: 400,
      body: { detail: 'Connection is already authenticated' },
    });
    const stub = await rig.t.newStub({ wait: false });
    expect((await act(stub.id, 'reinitiate-oauth')).status).toBe(400);
  });

  it('C16 tells the page where the browser goes why it failed, never a page of JSON', async () => {
    const denied = await create();
    const visitor = new Visitor();
    const first = await visitor.go(denied.body.auth.auth_url);
    const state = new URL(first.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const back = await visitor.go(
      `${rig.t.url}${face}/source-connections/callback?state=${state}&error=access_denied&iss=${rig.server.url}`,
    );
    expect(back.status).toBe(303);
    const end = new URL(back.headers.get('location') ?? '');
    expect(end.origin + end.pathname).toBe(APP);
    expect(Object.fromEntries(end.searchParams)).toEqual({
      status: 'error',
      reason: 'oauth_denied',
      source_connection_id: denied.body.id,
    });
    expect((await show(denied.body.id)).auth.authenticated).toBe(false);

    rig.server.refused = 'ada';
    const refused = await create();
    const atApp = await rig.allow(refused.body.auth.auth_url);
    rig.server.refused = undefined;
    expect(atApp.searchParams.get('reason')).toBe('credentials_refused');
    expect((await show(refused.body.id)).auth.authenticated).toBe(false);
  });

  it('C16 shows a page of its own when the browser is to go nowhere', async () => {
    const { body } = await create({ redirect_url: undefined });
    expect(body.auth).not.toHaveProperty('redirect_url');
    const visitor = new Visitor();
    const end = await visitor.follow(body.auth.auth_url, () => false);
    expect(end).toContain('/source-connections/callback?');
    expect((await show(body.id)).auth.authenticated).toBe(true);
  });

  it('C16 refuses to send browsers anywhere but where the operator allows', async () => {
    for (const redirect of [
      'https://evil.example/',
      'https://app.example.com.evil.example/',
      'https://app.example.com@evil.example/',
      'https://user:pass@app.example.com/',
      'http://app.example.com/',
      'https://app.example.com:8443/',
      String.raw`https://evil.example\@app.example.com/`,
      '//app.example.com/',
      'javascript:alert(1)',
      'no address',
    ]) {
      const { status, body } = await create({ redirect_url: redirect });
      expect([redirect, status]).toEqual([redirect, 422]);
      expect(body.errors).toMatchObject([{ 'body.redirect_url': expect.any(String) }]);
    }
    expect((await create({ redirect_url: 'https://APP.example.com/a/../b' })).body.auth.redirect_url).toBe(
      'https://app.example.com/b',
    );
  });

  it('C09 C15 connects at once with tokens that the caller has, after asking the source with them', async () => {
    const token = await rig.server.issueToken('grace');
    const in1Hour = new Date(Date.now() + 3_600_000).toISOString();
    const { status, body } = await create({
      authentication: { access_token: token, refresh_token: 'refresh', expires_at: in1Hour },
      redirect_url: undefined,
    });
    expect(status).toBe(200);
    expect(body.auth).toEqual({
      method: 'oauth_token',
      authenticated: true,
      authenticated_at: expect.any(String),
    });
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
    const wrong = await create({ authentication: { access_token: 'wrong' } });
    expect(wrong.status).toBe(400);
    expect(JSON.stringify([wrong.body, body, await show(body.id)])).not.toMatch(new RegExp(`${token}|refresh"`));
  });

  it('C09 refuses tokens that are past, blank or not alone', async () => {
    const past = await create({ authentication: { access_token: 't', expires_at: '2020-01-01T00:00:00Z' } });
    expect(past.status).toBe(422);
    expect(JSON.stringify(past.body)).toContain('Token has already expired');
    expect((await create({ authentication: { access_token: ' ' } })).status).toBe(422);
  });

  it('C11 C13 takes a client as a pair, and the fields of one method', async () => {
    const { client_id: id, client_secret: secret } = ownClient(rig.server);
    for (const mixed of [
      { client_id: id },
      { client_secret: secret },
      { client_id: id, client_secret: secret, access_token: 't' },
      { client_id: id, client_secret: secret, credentials: { access_token: 't' } },
      { client_id: id, client_secret: secret, consumer_key: 'k', consumer_secret: 's' },
      { redirect_uri: APP, access_token: 't' },
      { type: 'oauth_token', access_token: 't' },
    ]) {
      const { status, body } = await create({ authentication: mixed });
      expect([mixed, status]).toEqual([mixed, 422]);
      expect(JSON.stringify(body)).not.toContain(secret);
    }
  });

  it('C15 never syncs at once with a flow, and says so when asked to', async () => {
    expect((await create({ sync_immediately: true })).status).toBe(400);
    expect((await create({ sync_immediately: false })).status).toBe(200);
    expect((await create({ sync_immediately: null })).status).toBe(200);
  });

  it('C10 says what to do when there is no client to ask the provider with', async () => {
    const { key } = await rig.t.newOrganization();
    const collection = await rig.t.newCollection(key);
    for (const authentication of [undefined, null, {}, { redirect_uri: APP }]) {
      const body = { authentication, readable_collection_id: collection };
      const answer = await rig.create(body, { face, key });
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toMatch(/client_id and client_secret.*operator/);
    }
  });

  it('asks for what the provider’s address needs', async () => {
    const config = (port: string) => ({ base_url: rig.server.url, authorization_port: port });
    expect((await create({ config: config('9000/evil') })).status).toBe(422);
    expect((await create({ config: config('80@evil.example') })).status).toBe(422);
    expect((await create({ config: { base_url: rig.server.url, bogus: 1 } })).status).toBe(422);
  });

  it('takes new tokens for a connection that was made by OAuth, and keeps its method', async () => {
    const { body } = await create();
    const patch = (authentication: object, id = body.id) =>
      rig.t.api('PATCH', `${face}/source-connections/${id}`, { authentication });
    const token = await rig.server.issueToken('grace');
    expect((await patch({ access_token: 'wrong' })).status).toBe(400);
    const changed = await patch({ access_token: token });
    expect(changed).toMatchObject({ status: 200, body: { auth: { method: 'oauth_byoc', authenticated: true } } });
    expect(changed.body.sync_id).not.toBeNull();
    expect((await patch({ credentials: { access_token: token } })).status).toBe(400);
    expect((await patch(ownClient(rig.server))).status).toBe(422);
    expect((await patch({ access_token: token, credentials: { access_token: token } })).status).toBe(422);
    const stub = await rig.t.newStub({ wait: false });
    expect((await patch({ access_token: token }, stub.id)).status).toBe(422);
    await eventually('a job', async () => ((await act(body.id, 'run')).status === 200 ? true : undefined));
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
  });

  it('keeps the provider’s address once access was allowed, as tokens of one server mean nothing to another', async () => {
    const { body } = await create();
    const config = (port: string) => ({ config: { base_url: rig.server.url, authorization_port: port } });
    const patch = (change: object) => rig.t.api('PATCH', `${face}/source-connections/${body.id}`, change);
    expect((await patch(config('1234'))).status).toBe(200);
    expect((await patch(config(rig.server.port))).status).toBe(200);
    await rig.allow((await act(body.id, 'reinitiate-oauth')).body.auth.auth_url);
    expect((await patch(config('1234'))).status).toBe(422);
    expect((await patch(config(rig.server.port))).status).toBe(200);
  });
});
