import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHash, randomBytes } from 'node:crypto';
import { ownClient, startOAuthRig, type OAuthRig } from '../../../test/harness/oauth-rig.ts';
import { Visitor } from '../../../test/harness/visitor.ts';
import { eventually } from '../../../test/harness/eventually.ts';

let rig: OAuthRig;
beforeAll(async () => {
  rig = await startOAuthRig();
});
afterEach(() => {
  rig.server.refused = undefined;
});
afterAll(() => rig.stop());

const show = async (id: string) => (await rig.t.api('GET', `/v1/source-connections/${id}`)).body;
const act = (id: string, action: string, body?: object) =>
  rig.t.api('POST', `/v1/source-connections/${id}/${action}`, body);
const patch = (id: string, authentication: object) =>
  rig.t.api('PATCH', `/v1/source-connections/${id}`, { authentication });
const tasks = async (id: string) =>
  (await rig.t.api('GET', `/tributary/v1/source-connections/${id}/status`)).body.tasks;
const schedule = { cron: '15 4 * * *' };

/** Runs a job that the source refuses; the schedule is paused then. */
async function refuse(id: string, account: string): Promise<void> {
  rig.server.refused = account;
  expect((await act(id, 'run')).status).toBe(200);
  expect(await rig.t.waitForJob(id)).toMatchObject({ status: 'failed' });
  rig.server.refused = undefined;
  expect(await show(id)).toMatchObject({ status: 'NEEDS_REAUTH', schedule: { ...schedule, next_run: null } });
}

describe('a connection whose credential is changed', () => {
  it('goes on from the same cursor and by its schedule after credentials are given anew', async () => {
    const token = await rig.server.issueToken('grace');
    const { body } = await rig.create({ schedule, authentication: { credentials: { access_token: token } } });
    await rig.t.waitForJob(body.id);
    const { cursor_value: cursor } = (await show(body.id)).schedule;
    expect(cursor).toEqual({ after: rig.server.items.length });
    await refuse(body.id, 'grace');
    expect((await tasks(body.id))[0]).toMatchObject({ code: 'renew_credential', fix: { method: 'PATCH' } });

    expect((await patch(body.id, { credentials: { access_token: 'wrong' } })).status).toBe(400);
    expect((await show(body.id)).status).toBe('NEEDS_REAUTH');
    const other = await rig.server.issueToken('hopper');
    expect((await patch(body.id, { credentials: { access_token: other } })).status).toBe(200);
    // Until the next job, the last one has failed.
    expect(await show(body.id)).toMatchObject({
      status: 'ERROR',
      schedule: { ...schedule, next_run: expect.any(String), cursor_value: cursor },
    });
    rig.server.items = [...rig.server.items, 'One more'];
    await act(body.id, 'run');
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed', entities_inserted: 1 });
  });

  it('goes on from the same cursor and by its schedule after a person has allowed it again', async () => {
    const { body } = await rig.create({ schedule });
    await rig.allow(body.auth.auth_url);
    await act(body.id, 'verify-oauth', { claim_token: body.auth.claim_token });
    await rig.t.waitForJob(body.id);
    const before = await show(body.id);
    await refuse(body.id, 'ada');
    expect((await tasks(body.id))[0]).toMatchObject({
      code: 'renew_credential',
      fix: { method: 'POST', path: `/v1/source-connections/${body.id}/reinitiate-oauth` },
    });

    const again = await act(body.id, 'reinitiate-oauth');
    expect(again.body.auth).toMatchObject({ auth_url: expect.any(String), claim_token: expect.any(String) });
    expect((await show(body.id)).status).toBe('NEEDS_REAUTH');
    expect((await rig.allow(again.body.auth.auth_url)).searchParams.get('status')).toBe('success');
    const after = await show(body.id);
    expect(after).toMatchObject({
      status: 'ERROR',
      sync_id: before.sync_id,
      schedule: { ...schedule, next_run: expect.any(String), cursor_value: before.schedule.cursor_value },
    });
    rig.server.items = [...rig.server.items, 'Yet another'];
    await act(body.id, 'verify-oauth', { claim_token: again.body.auth.claim_token });
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed', entities_inserted: 1 });
  });

  it('goes on from the same cursor with tokens that were given by PATCH', async () => {
    const { body } = await rig.create({ schedule });
    await rig.allow(body.auth.auth_url);
    await act(body.id, 'run');
    await rig.t.waitForJob(body.id);
    const before = await show(body.id);
    await refuse(body.id, 'ada');
    const token = await rig.server.issueToken('hopper');
    const { status, body: after } = await patch(body.id, { access_token: token });
    expect(status).toBe(200);
    expect(after).toMatchObject({ status: 'ERROR', schedule: { cursor_value: before.schedule.cursor_value } });
  });
});

/** Tokens that an application of the caller's has got by itself. */
async function tokensOfMyOwn(): Promise<{ readonly access_token: string; readonly refresh_token: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const { client_id: clientId, client_secret: clientSecret } = ownClient(rig.server);
  const redirect = `${rig.t.url}/source-connections/callback`;
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirect,
    scope: 'openid offline_access items',
    prompt: 'consent',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const isBack = (url: string): boolean => url.startsWith(redirect);
  const answer = new URL(await new Visitor().follow(`${rig.server.url}/auth?${asked.toString()}`, isBack));
  const response = await fetch(`${rig.server.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: redirect,
      client_id: clientId,
      client_secret: clientSecret,
      code_verifier: verifier,
    }),
  });
  return (await response.json()) as { access_token: string; refresh_token: string };
}

describe('tokens that a caller has', () => {
  it('C09 are kept whole: when they lapse, the refresh token is used with the client of the organization', async () => {
    const { client_id: clientId, client_secret: clientSecret } = ownClient(rig.server);
    const client = { name: 'Mine', shortName: 'oauth_stub', clientId, clientSecret };
    expect((await rig.t.api('POST', '/tributary/v1/oauth-clients', client)).status).toBe(201);
    const { access_token, refresh_token } = await tokensOfMyOwn();
    const expiry = Date.now() + 5_000;
    const { status, body } = await rig.create({
      authentication: { access_token, refresh_token, expires_at: new Date(expiry).toISOString() },
    });
    expect(status).toBe(200);
    await rig.t.waitForJob(body.id);
    await eventually('the end of the access token', async () => (Date.now() > expiry ? true : undefined));
    const before = rig.server.tokenRequests();
    expect((await act(body.id, 'run')).status).toBe(200);
    expect(await rig.t.waitForJob(body.id)).toMatchObject({ status: 'completed' });
    expect(rig.server.tokenRequests() - before).toBe(1);
  });
});
