import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP, startOAuthRig, type OAuthRig } from '../../../test/harness/oauth-rig.ts';
import { Visitor } from '../../../test/harness/visitor.ts';

let rig: OAuthRig;
beforeAll(async () => {
  rig = await startOAuthRig();
});
afterAll(() => rig.stop());

const callback = (query: Readonly<Record<string, string>>, face = ''): string =>
  `${rig.t.url}${face}/source-connections/callback?${new URLSearchParams(query).toString()}`;
const isBack = (url: string): boolean => url.includes('/source-connections/callback');
const isAllowed = async (id: string): Promise<boolean> =>
  (await rig.t.api('GET', `/v1/source-connections/${id}`)).body.auth.authenticated;

/** A person has allowed access; the answer of the provider has not been delivered yet. */
async function allowed(visitor = new Visitor()) {
  const { body } = await rig.create();
  const answer = new URL(await visitor.follow(body.auth.auth_url, isBack));
  return { id: body.id as string, visitor, answer, query: Object.fromEntries(answer.searchParams) };
}

/** The person is at the provider. */
async function atProvider(visitor = new Visitor()) {
  const { body } = await rig.create();
  const answer = await visitor.go(body.auth.auth_url);
  const target = new URL(answer.headers.get('location') ?? '');
  return { id: body.id as string, visitor, target, state: target.searchParams.get('state') ?? '' };
}

describe('F1-8 the way back from a provider', () => {
  it('takes an answer once', async () => {
    const { id, visitor, answer } = await allowed();
    expect((await visitor.go(answer.href)).status).toBe(303);
    expect(await isAllowed(id)).toBe(true);
    for (const face of ['', '/v1']) {
      const again = await visitor.go(answer.href.replace('/source-connections', `${face}/source-connections`));
      expect([again.status, await again.json()]).toEqual([400, { detail: 'OAuth session already authorized' }]);
    }
  });

  it('asks for tokens once, however often the answer comes at the same time', async () => {
    const { id, visitor, answer } = await allowed();
    const before = rig.server.tokenRequests();
    const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.go(answer.href)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, ...Array<number>(7).fill(400)]);
    expect(rig.server.tokenRequests() - before).toBe(1);
    expect(await isAllowed(id)).toBe(true);
  });

  it('asks for what an answer must have, and knows the states that it gave', async () => {
    const { state } = await atProvider();
    const wrong: Readonly<Record<string, string>>[] = [
      {},
      { state },
      { code: 'c' },
      { oauth_token: 't', oauth_verifier: 'v' },
    ];
    for (const query of wrong) expect((await new Visitor().go(callback(query))).status).toBe(400);
    const unknown = await new Visitor().go(callback({ state: 'a'.repeat(43), code: 'c' }));
    expect([unknown.status, await unknown.json()]).toEqual([404, { detail: 'OAuth session not found' }]);
  });

  it('refuses a browser that did not follow the link, and leaves the state to the one that did', async () => {
    const { id, visitor, answer } = await allowed();
    const stranger = new Visitor();
    await atProvider(stranger);
    for (const other of [new Visitor(), stranger]) {
      const refused = await other.go(answer.href);
      expect(refused.status).toBe(400);
      expect(refused.headers.get('location')).toBeNull();
    }
    expect(await isAllowed(id)).toBe(false);
    expect((await visitor.go(answer.href)).status).toBe(303);
    expect(await isAllowed(id)).toBe(true);
  });

  it('refuses the state of another organization, whose connection stays as it is', async () => {
    const { key } = await rig.t.newOrganization();
    const theirs = await rig.create({ readable_collection_id: await rig.t.newCollection(key) }, { key });
    const victim = new Visitor();
    const link = await victim.go(theirs.body.auth.auth_url);
    const state = new URL(link.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const { id, visitor, query } = await allowed();
    const refused = await visitor.go(callback({ ...query, state }));
    expect(refused.status).toBe(400);
    expect(await isAllowed(id)).toBe(false);
    const shown = await rig.t.api('GET', `/v1/source-connections/${theirs.body.id}`, undefined, { key });
    expect(shown.body.auth.authenticated).toBe(false);
  });

  it('refuses a code that was given for another way there: PKCE binds it (RFC 7636)', async () => {
    const visitor = new Visitor();
    const first = await allowed(visitor);
    const second = await allowed(visitor);
    const swapped = await visitor.go(callback({ ...second.query, code: first.query['code'] ?? '' }));
    const end = new URL(swapped.headers.get('location') ?? '');
    expect([end.searchParams.get('status'), end.searchParams.get('reason')]).toEqual(['error', 'oauth_grant_refused']);
    expect([await isAllowed(first.id), await isAllowed(second.id)]).toEqual([false, false]);
  });

  it('passes on what a provider that insists on PKCE says to a request without', async () => {
    const { id, visitor, target } = await atProvider();
    target.searchParams.delete('code_challenge');
    target.searchParams.delete('code_challenge_method');
    const end = new URL(await visitor.follow(target.href, (url) => url.startsWith(APP)));
    expect([end.searchParams.get('status'), end.searchParams.get('reason')]).toEqual(['error', 'oauth_denied']);
    expect(await isAllowed(id)).toBe(false);
  });

  it.each([
    ['an issuer that is another', { iss: 'https://evil.example' }],
    ['a made-up code', { code: 'made-up' }],
    ['an error beside the code', { error: 'access_denied' }],
  ])('refuses %s', async (_what, tampered) => {
    const { id, visitor, query } = await allowed();
    const answer = await visitor.go(callback({ ...query, ...tampered }));
    const end = new URL(answer.headers.get('location') ?? '');
    expect([end.origin + end.pathname, end.searchParams.get('status')]).toEqual([APP, 'error']);
    expect(await isAllowed(id)).toBe(false);
  });

  it('refuses an answer with a state that was changed, or given twice', async () => {
    const { id, visitor, answer, query } = await allowed();
    const changed = await visitor.go(callback({ ...query, state: `${query['state'] ?? ''}x` }));
    expect(changed.status).toBe(404);
    const twice = await visitor.go(`${answer.href}&state=${'b'.repeat(43)}`);
    expect(twice.status === 303 && !twice.headers.get('location')?.includes('status=success')).toBe(true);
    expect(await isAllowed(id)).toBe(false);
  });

  it('sends nobody where the query says', async () => {
    const { visitor, query } = await allowed();
    const evil = { redirect_url: 'https://evil.example', redirect_uri: 'https://evil.example', status: 'x' };
    const answer = await visitor.go(callback({ ...query, ...evil }));
    expect(answer.headers.get('location')).toMatch(/^https:\/\/app\.example\.com\/connected\?status=success&/);
  });

  it('is over after ten minutes, and says that it is gone', async () => {
    const { id, visitor, answer } = await allowed();
    const database = new Database(join(rig.t.dataDir, 'control.sqlite'));
    database
      .prepare('update authorization_session set expires_at = ? where source_connection_id = ?')
      .run(Date.now(), id);
    database.close();
    const late = await visitor.go(answer.href);
    expect([late.status, await late.json()]).toEqual([410, { detail: 'OAuth session expired' }]);
    expect(await isAllowed(id)).toBe(false);
  });

  it('brings nothing back for a source connection that was deleted meanwhile', async () => {
    const { id, visitor, answer } = await allowed();
    expect((await rig.t.api('DELETE', `/v1/source-connections/${id}`)).status).toBe(200);
    expect((await visitor.go(answer.href)).status).toBe(404);
  });

  it('leaves no code, state, token or secret in the control store', async () => {
    const { visitor, answer, query } = await allowed();
    await visitor.go(answer.href);
    const database = new Database(join(rig.t.dataDir, 'control.sqlite'), { readonly: true });
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
    const all = tables.map((table) => JSON.stringify(database.prepare(`select * from "${table}"`).all())).join('\n');
    database.close();
    for (const secret of [query['code'], query['state'], 'canary-secret-of-client']) expect(all).not.toContain(secret);
  });
});
