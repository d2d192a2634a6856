import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
let name: string;
beforeAll(async () => {
  t = await startApiops();
  name = await t.make();
});
afterAll(() => t.service.stop());

const json = { 'content-type': 'application/json' };
const everyVerb = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const bodyFor = (verb: string) => (verb === 'GET' || verb === 'DELETE' ? undefined : mail);

describe('errors of the connections API', () => {
  it('Z02 tell of a missing, wrong or ended token before anything else', async () => {
    const revoked = await t.service.api('POST', '/tributary/v1/api-keys', { scopes: ['source_connections:write'] });
    await t.service.api('DELETE', `/tributary/v1/api-keys/${revoked.body.id}`);
    for (const verb of everyVerb)
      for (const authorization of ['', 'Bearer', 'Basic abc', 'Bearer trib_nothing', `Bearer ${revoked.body.key}`]) {
        const { status, body } = await t.on(verb, '/nobody/', bodyFor(verb), {
          project: 'nowhere',
          headers: { authorization },
        });
        expect([verb, authorization, status]).toEqual([verb, authorization, 401]);
        expect(body).toEqual({ error: 'unauthorized_client', error_description: 'Invalid token' });
      }
    const garbage = await t.on('PUT', `/${name}/`, '{', { headers: { authorization: 'Bearer trib_x', ...json } });
    expect(garbage.status).toBe(401);
  });

  it('Z13 tell of a missing project with 404, before permissions and before the body', async () => {
    const weak = await t.service.newKey(['search:read']);
    for (const key of [t.service.key, weak])
      for (const verb of everyVerb) {
        const { status, body } = await t.on(verb, `/${name}/`, verb === 'PUT' ? '{' : bodyFor(verb), {
          project: 'MyProject',
          key,
          headers: json,
        });
        expect([verb, status]).toEqual([verb, 404]);
        expect(body).toEqual({ error: 'not_found', error_description: "Project 'MyProject' not found" });
      }
  });

  it('Z14 tell of a missing permission in the project with 403, before the body', async () => {
    const viewer = await t.service.newKey(['source_connections:read']);
    const stranger = await t.service.newKey(['search:read']);
    const forbidden = { error: 'forbidden', error_description: 'You do not have permission to perform this action' };
    for (const verb of ['POST', 'PUT', 'DELETE']) {
      const answer = await t.on(verb, `/${name}/`, verb === 'DELETE' ? undefined : '{', { key: viewer, headers: json });
      expect([verb, answer.status]).toEqual([verb, 403]);
      expect(answer.body).toEqual(forbidden);
    }
    expect((await t.on('GET', `/${name}/`, undefined, { key: viewer })).status).toBe(200);
    expect((await t.on('GET', `/${name}/`, undefined, { key: stranger })).body).toEqual(forbidden);
    expect((await t.on('GET', '/?type=email', undefined, { key: stranger })).body).toEqual(forbidden);
  });

  it('Z14 let a role that holds in one project in there only', async () => {
    await t.service.api('POST', '/tributary/v1/projects', { name: 'mine' });
    const permissions = [{ category: 'CONNECTIONS', actions: ['MANAGE'] }];
    const role = await t.service.api('POST', '/tributary/v1/roles', { name: 'Connections', permissions });
    const roles = [{ roleId: role.body.id, project: 'mine' }];
    const { key } = (await t.service.api('POST', '/tributary/v1/api-keys', { scopes: [], roles })).body;
    expect((await t.on('POST', '/own/', mail, { key, project: 'mine' })).status).toBe(200);
    expect((await t.on('GET', '/own/', undefined, { key, project: 'mine' })).body.resultList[0].password).toBeTruthy();
    expect((await t.on('POST', '/own/', mail, { key })).status).toBe(404);
  });

  it('Z03 want bodies to be JSON by their name and their content', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data']) {
      const answer = await t.on('PUT', `/${name}/`, JSON.stringify(mail), { headers: { 'content-type': type } });
      expect([type, answer.status, answer.body.error]).toEqual([type, 415, 'bad_request']);
      expect(answer.body.error_description).toContain('application/json');
    }
    for (const text of ['{', '{"type": "email",}', 'null', '[]', '"email"', '7', '']) {
      const answer = await t.on('PUT', `/${name}/`, text, { headers: json });
      expect([text, answer.status, answer.body.error]).toEqual([text, 400, 'bad_request']);
    }
    const charset = { 'content-type': 'application/json; charset=utf-8' };
    expect((await t.on('PUT', `/${name}/`, mail, { headers: charset })).status).toBe(200);
  });

  it('Z13 are looked for in order: JSON, connection, type, name, fields', async () => {
    const bad = { type: 'pigeon', name: 'taken', port: 0 };
    await t.on('POST', '/taken/', mail);
    const told = async (path: string, body: unknown) =>
      (await t.on('PUT', path, body, { headers: json })).body.error_description as string;
    expect(await told('/nobody/', '{')).toContain('JSON');
    expect(await told('/nobody/', bad)).toContain('was not found');
    expect(await told(`/${name}/`, bad)).toContain('pigeon');
    expect(await told(`/${name}/`, { ...bad, type: 'webhook' })).toBe('Connection type can not be changed!');
    expect(await told(`/${name}/`, { ...bad, type: 'email' })).toContain('already exists');
    expect(await told(`/${name}/`, { ...bad, type: 'email', name, host: 'h' })).toContain('port');
  });

  it('tell of wrong methods and paths in the same shape', async () => {
    const wrong = await t.on('PATCH', `/${name}/`, mail);
    expect(wrong).toMatchObject({ status: 405, body: { error: 'bad_request' } });
    expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD, POST, PUT');
    const nowhere = await t.service.api('GET', '/apiops/nowhere');
    expect(nowhere).toMatchObject({ status: 404, body: { error: 'not_found' } });
    const large = await t.on('PUT', `/${name}/`, { ...mail, host: 'x'.repeat(10_500_000) });
    expect(large).toMatchObject({ status: 413, body: { error: 'bad_request' } });
  });

  it('say when to come again after too many requests', async () => {
    const busy = await startApiops({ TRIBUTARY_RATE_LIMIT_PER_MINUTE: '2' });
    try {
      const answers = [];
      for (let call = 0; call < 3; call += 1) answers.push(await busy.on('GET', '/nobody/'));
      const last = answers.at(-1);
      expect(last?.status).toBe(429);
      expect(last?.body).toEqual({
        error: 'rate_limit_exceeded',
        error_description: expect.stringContaining('Rate limit'),
        retry_after: expect.any(Number),
      });
      expect(last?.headers.get('retry-after')).toBe(String(last?.body.retry_after));
    } finally {
      await busy.service.stop();
    }
  });

  it('hold no secret', async () => {
    const secret = 'canary-in-an-error';
    for (const body of [
      { ...mail, password: secret, port: 0 },
      { ...mail, password: { value: secret } },
      { ...mail, password: [secret] },
      `{"password": "${secret}",`,
    ]) {
      const answer = await t.on('PUT', `/${name}/`, body, { headers: json });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body)).not.toContain(secret);
    }
  });
});
