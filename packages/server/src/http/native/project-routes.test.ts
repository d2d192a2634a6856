import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../../test/harness/service.ts';
import { makeCertificate, makePkcs12 } from '../../certificates/testing/made-certificates.ts';

let t: TestService;
const projects = '/tributary/v1/projects';
const web = `${projects}/web`;
beforeAll(async () => {
  t = await startTestService();
  await t.api('POST', projects, { name: 'web' });
});
afterAll(() => t.stop());

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

/** A key with the rights in one project only. */
async function keyIn(project: string, category: string, actions: readonly string[]): Promise<string> {
  const permissions = [{ category, actions }];
  const role = await t.api('POST', '/tributary/v1/roles', {
    name: `${project} ${category} ${actions.join()}`,
    permissions,
  });
  const made = await t.api('POST', '/tributary/v1/api-keys', {
    scopes: [],
    roles: [{ roleId: role.body.id, project }],
  });
  return made.body.key;
}

describe('projects', () => {
  it('are made with production, found in any case, renamed and deleted', async () => {
    const made = await t.api('POST', projects, { name: 'Shop' });
    expect(made.status).toBe(201);
    const found = (await t.api('GET', `${projects}/SHOP/environments`)).body;
    expect(found.map((one: { name: string }) => one.name)).toEqual(['production']);
    expect((await t.api('POST', projects, { name: 'shop' })).status).toBe(409);
    const renamed = await t.api('PATCH', `${projects}/shop`, { name: 'Store' });
    expect(renamed.body).toEqual({ ...made.body, name: 'Store' });
    expect((await t.api('GET', `${projects}/shop`)).status).toBe(404);
    expect((await t.api('DELETE', `${projects}/store`)).status).toBe(200);
    for (const [method, body] of [['PATCH', { name: 'other' }], ['DELETE']] as const)
      expect((await t.api(method, `${projects}/DEFAULT`, body)).status).toBe(409);
  });

  it('of the first organization and of a new one have production', async () => {
    const { key } = await t.newOrganization();
    for (const options of [{}, { key }]) {
      const { body } = await t.api('GET', `${projects}/default/environments`, undefined, options);
      expect(body.map((one: { name: string }) => one.name)).toEqual(['production']);
    }
  });

  it('refuse names that do not stand in a path', async () => {
    for (const name of ['', ' ', 'a b', 'a/b', '.hidden', 'x'.repeat(65), 'ü', 7, null])
      expect([name, (await t.api('POST', projects, { name })).status]).toEqual([name, 422]);
    expect((await t.api('POST', `${web}/environments`, { name: 'a/b' })).status).toBe(422);
  });
});

describe('environments and variables', () => {
  it('are kept by project and environment, in the level that is asked about', async () => {
    await t.api('POST', `${web}/environments`, { name: 'Test' });
    const put = await t.api('PUT', `${web}/variables/mail.host`, { value: 'mail.example.com' });
    expect(put.body).toMatchObject({ name: 'mail.host', secret: false, value: 'mail.example.com' });
    const own = await t.api('PUT', `${web}/environments/test/variables/mail.host`, { value: 'localhost' });
    expect(own.body).toMatchObject({ value: 'localhost', createdByEmail: 'owner@example.com' });
    expect((await t.api('GET', `${web}/variables/mail.host`)).body).toEqual(put.body);
    expect((await t.api('GET', `${web}/environments/TEST/variables`)).body).toEqual([own.body]);
    expect((await t.api('GET', `${web}/environments/production/variables`)).body).toEqual([]);
    expect((await t.api('DELETE', `${web}/environments/test/variables/mail.host`)).status).toBe(200);
    expect((await t.api('GET', `${web}/environments/test/variables/mail.host`)).status).toBe(404);
    expect((await t.api('GET', `${web}/environments/none/variables`)).status).toBe(404);
  });

  it('Z15 show no secret, and keep it when its mask comes back', async () => {
    const path = `${web}/variables/password`;
    const made = await t.api('PUT', path, { value: 'hush-hush', secret: true });
    expect(made.body).toMatchObject({ secret: true, value: null });
    for (const value of ['********', null, undefined]) {
      const kept = await t.api('PUT', path, { value });
      expect([kept.status, kept.body.secret, kept.body.value]).toEqual([200, true, null]);
      expect((await t.api('PUT', path, { value, secret: false })).status).toBe(400);
    }
    const listed = await t.api('GET', `${web}/variables`);
    expect(JSON.stringify(listed.body)).not.toContain('hush-hush');
    expect((await t.api('PUT', `${web}/variables/fresh`, { value: '********', secret: true })).status).toBe(400);
  });

  it('refuse names that no placeholder can have', async () => {
    for (const name of ['1a', '-a', 'a b', 'a$', 'ä', 'a'.repeat(129)]) {
      const path = `${web}/variables/${encodeURIComponent(name)}`;
      expect([name, (await t.api('PUT', path, { value: 'x' })).status]).toEqual([name, 422]);
    }
  });
});

describe('certificates and key stores', () => {
  it('Z16 are known by their name in any case, and show facts but no key', async () => {
    const pair = makeCertificate({ name: 'tls.example' });
    const made = await t.api('POST', `${web}/certificates`, { name: 'Mail-TLS', ...pair });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'Mail-TLS',
      kind: 'key_store',
      hasPrivateKey: true,
      warnings: [],
      certificates: [
        { subject: 'CN=tls.example, O=Tests', subjectAltNames: ['DNS:tls.example', 'IP Address:127.0.0.1'] },
      ],
    });
    expect(made.body.certificates[0].fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(JSON.stringify(made.body)).not.toContain('PRIVATE KEY');
    expect((await t.api('GET', `${web}/certificates/mail-tls`)).body).toEqual(made.body);
    expect((await t.api('POST', `${web}/certificates`, { name: 'MAIL-tls', ...pair })).status).toBe(409);
    const next = makeCertificate({ name: 'next.example' });
    const replaced = await t.api('PUT', `${web}/certificates/MAIL-TLS`, { certificate: next.certificate });
    expect(replaced.body).toMatchObject({ id: made.body.id, name: 'Mail-TLS', kind: 'certificate' });
    expect((await t.api('DELETE', `${web}/certificates/mail-tls`)).status).toBe(200);
    expect((await t.api('GET', `${web}/certificates`)).body).toEqual([]);
    expect((await t.api('PUT', `${web}/certificates/mail-tls`, pair)).status).toBe(404);
  });

  it('are taken as PKCS#12 with their password', async () => {
    const pkcs12 = makePkcs12(makeCertificate({ name: 'p12.example' }), 'right');
    const given = { name: 'p12', pkcs12, password: 'right' };
    const wrong = await t.api('POST', `${web}/certificates`, { ...given, password: 'wrong' });
    expect([wrong.status, wrong.body.error]).toMatchObject([
      400,
      { code: 'certificate_unusable', message: 'The password of the PKCS#12 file is another one.' },
    ]);
    expect((await t.api('POST', `${web}/certificates`, given)).body).toMatchObject({ kind: 'key_store' });
  });

  it('are refused when they have expired, unless that is wanted, and say when they do soon', async () => {
    const notBefore = inDays(-400);
    const old = makeCertificate({ name: 'old.example', notBefore, notAfter: inDays(-1) });
    const given = { name: 'old', certificate: old.certificate };
    const refused = await t.api('POST', `${web}/certificates`, given);
    expect([refused.status, refused.body.error.code]).toEqual([400, 'certificate_expired']);
    const taken = await t.api('POST', `${web}/certificates`, { ...given, allowExpired: true });
    expect([taken.status, taken.body.warnings]).toEqual([201, [expect.stringMatching(/old\.example.* expired at /)]]);
    const ending = makeCertificate({ name: 'soon.example', notBefore, notAfter: inDays(10.5) });
    const soon = await t.api('POST', `${web}/certificates`, { name: 'soon', certificate: ending.certificate });
    expect(soon.body.warnings).toEqual([expect.stringMatching(/soon\.example.* in 10 days/)]);
    const future = makeCertificate({ name: 'future.example', notBefore: inDays(2), notAfter: inDays(400) });
    const early = await t.api('POST', `${web}/certificates`, { name: 'future', certificate: future.certificate });
    expect(early.body.warnings).toEqual([expect.stringMatching(/future\.example.* not valid before/)]);
  });

  it('are PEM or PKCS#12, not both and not neither', async () => {
    const { certificate } = makeCertificate({ name: 'one.example' });
    for (const given of [
      {},
      { pkcs12: 'AAAA', certificate },
      { pkcs12: 'not base64!' },
      { certificate, password: 'x' },
      { pkcs12: 'AAAA', passphrase: 'x' },
      { certificate: '' },
      { certificate, unknown: 1 },
    ])
      expect([given, (await t.api('POST', `${web}/certificates`, { name: 'mixed', ...given })).status]).toEqual([
        given,
        422,
      ]);
  });
});

describe('keys with rights in one project', () => {
  it('Z14 act in it as far as their permissions go, and do not know the others', async () => {
    const manager = { key: await keyIn('web', 'SECRETS_CERTIFICATES', ['MANAGE']) };
    const viewer = { key: await keyIn('web', 'CONNECTIONS', ['VIEW']) };
    const owner = { key: await keyIn('web', 'PROJECT_MANAGEMENT', ['MANAGE']) };
    const statusOf = async (method: string, path: string, body: unknown, options: { key: string }) =>
      (await t.api(method, path, body, options)).status;
    expect(await statusOf('PUT', `${web}/variables/mine`, { value: '1' }, manager)).toBe(200);
    expect(await statusOf('GET', `${web}/variables/mine`, undefined, viewer)).toBe(200);
    expect(await statusOf('PUT', `${web}/variables/mine`, { value: '1' }, viewer)).toBe(403);
    expect(await statusOf('GET', `${web}/certificates`, undefined, viewer)).toBe(200);
    expect(await statusOf('POST', `${web}/environments`, { name: 'mine' }, manager)).toBe(403);
    expect(await statusOf('POST', `${web}/environments`, { name: 'mine' }, owner)).toBe(201);
    expect(await statusOf('PUT', `${web}/variables/mine`, { value: '1' }, owner)).toBe(403);
    for (const key of [manager, viewer]) {
      const other = await t.api('GET', `${projects}/default/variables`, undefined, key);
      expect([other.status, other.body.error.code]).toEqual([404, 'project_not_found']);
    }
    expect(await statusOf('GET', `${projects}/default/environments`, undefined, owner)).toBe(404);
    expect(await statusOf('POST', projects, { name: 'more' }, owner)).toBe(403);
  });
});
