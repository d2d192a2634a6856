import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
beforeAll(async () => {
  t = await startApiops();
});
afterAll(() => t.service.stop());

const deployed = {
  success: true,
  deploymentResult: {
    success: true,
    deploymentResults: [{ environmentName: 'production', success: true, message: 'Deployment successful' }],
  },
};
/** What the workers are to hold of a connection. */
async function deploymentOf(name: string): Promise<{ readonly version: number; readonly enabled: boolean }> {
  const { body } = await t.service.api('GET', '/tributary/v1/projects/default/deployments');
  return body.find(({ connection }: { connection: string }) => connection === name);
}
const badRequest = (error_description: unknown) => ({ error: 'bad_request', error_description });

describe('PUT of a connection', () => {
  it('Z01 names the project and the connection in the path, and the connection must be there', async () => {
    const name = await t.make();
    expect(await t.on('PUT', `/${name}/`, { ...mail, host: 'other.example.com' })).toMatchObject({
      status: 200,
      body: deployed,
    });
    expect((await t.show(name)).host).toBe('other.example.com');
    const missing = await t.on('PUT', '/my-email-connection/', mail);
    expect(missing.status).toBe(400);
    expect(missing.body).toEqual(badRequest('Connection (name: my-email-connection) was not found!'));
  });

  it('Z05 keeps the name of the path when the body has none, or an empty one', async () => {
    const name = await t.make();
    for (const given of [{}, { name: '' }, { name: '  ' }, { name: null }]) {
      expect((await t.on('PUT', `/${name.toUpperCase()}/`, { ...mail, ...given })).status).toBe(200);
      expect((await t.show(name)).name).toBe(name);
    }
  });

  it('Z06 renames it when the body has another name; the old one stops to be found', async () => {
    const name = await t.make();
    const { body } = await t.on('PUT', `/${name}/`, { ...mail, name: 'New Mail', description: 'Renamed' });
    expect(body).toEqual(deployed);
    expect((await t.on('GET', `/${name}/`)).status).toBe(404);
    expect((await t.on('PUT', `/${name}/`, mail)).status).toBe(400);
    expect(await t.show('new%20mail')).toMatchObject({
      name: 'New Mail',
      description: 'Renamed',
      username: mail.username,
    });
    expect((await t.on('PUT', '/new%20mail/', { ...mail, name: 'NEW mail' })).status).toBe(200);
    expect((await t.show('New%20Mail')).name).toBe('NEW mail');
  });

  it('Z06 refuses the name of another connection, of whatever type and from whichever API', async () => {
    const name = await t.make();
    const hook = await t.make({ type: 'webhook', fullUrl: 'https://example.com/' });
    const taken = await t.on('PUT', `/${name}/`, { ...mail, name: hook.toUpperCase() });
    expect(taken.status).toBe(400);
    expect(taken.body).toEqual(badRequest(`Connection (name: ${hook.toUpperCase()}) already exists!`));
    await t.service.newStub({ body: { name: 'Taken Elsewhere' } });
    expect(await t.on('PUT', `/${name}/`, { ...mail, name: 'taken-elsewhere' })).toMatchObject({ status: 400 });
    expect((await t.show(name)).name).toBe(name);
  });

  it('Z06 gives a name to one of two that ask for it at the same time', async () => {
    const made = await Promise.all([t.make(), t.make(), t.make()]);
    const answers = await Promise.all(made.map((name) => t.on('PUT', `/${name}/`, { ...mail, name: 'wanted' })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400]);
    const lost = answers.filter(({ status }) => status === 400);
    for (const { body } of lost) expect(body).toEqual(badRequest('Connection (name: wanted) already exists!'));
    expect((await t.show('wanted')).name).toBe('wanted');
  });

  it('Z04 needs the type, which stays what it is', async () => {
    const name = await t.make();
    const { type: _, ...rest } = mail;
    expect(await t.on('PUT', `/${name}/`, rest)).toMatchObject({
      status: 400,
      body: { error: 'validation_failed', validation_errors: [{ field: 'type', message: 'Type is required' }] },
    });
    const unknown = await t.on('PUT', `/${name}/`, { ...mail, type: 'carrier-pigeon' });
    expect(unknown).toMatchObject({ status: 400, body: badRequest(expect.stringContaining('email')) });
    const changed = await t.on('PUT', `/${name}/`, { type: 'webhook', fullUrl: 'https://example.com/' });
    expect(changed.status).toBe(400);
    expect(changed.body).toEqual(badRequest('Connection type can not be changed!'));
    for (const type of [7, ['email'], {}, true, 'constructor', '__proto__'])
      expect([type, (await t.on('PUT', `/${name}/`, { ...mail, type })).status]).toEqual([type, 400]);
    expect(await t.show(name)).toMatchObject({ type: 'email', host: mail.host });
  });

  it('Z07 sets the description, and takes it away when it is not given', async () => {
    const name = await t.make();
    await t.on('PUT', `/${name}/`, { ...mail, description: 'For invoices' });
    expect((await t.show(name)).description).toBe('For invoices');
    await t.on('PUT', `/${name}/`, mail);
    expect((await t.show(name)).description).toBeNull();
  });

  it('Z08 deploys unless told not to, each time anew', async () => {
    const name = await t.make();
    const first = await deploymentOf(name);
    for (const given of [{}, { deployToWorker: null }, { deployToWorker: true }])
      expect((await t.on('PUT', `/${name}/`, { ...mail, ...given })).body).toEqual(deployed);
    expect((await deploymentOf(name)).version).toBe(first.version + 3);
    await t.on('PUT', `/${name}/`, { ...mail, deployToWorker: false, name: `${name}-kept` });
    expect((await deploymentOf(name)).version).toBe(first.version + 3);
    expect(await t.show(`${name}-kept`)).toMatchObject({ deployToWorker: false });
  });

  it('Z12 tells of a deployment only when there was one', async () => {
    const name = await t.make();
    expect((await t.on('PUT', `/${name}/`, mail)).body).toEqual(deployed);
    const kept = await t.on('PUT', `/${name}/`, { ...mail, deployToWorker: false, host: 'kept.example.com' });
    expect(kept.status).toBe(200);
    expect(kept.body).toEqual({ success: true });
    expect(await t.show(name)).toMatchObject({ deployToWorker: false, host: 'kept.example.com' });
  });

  it('Z09 switches it off, for the workers too, and on again when nothing is said', async () => {
    const name = await t.make();
    expect((await t.on('PUT', `/${name}/`, { ...mail, enabled: false })).body).toEqual(deployed);
    expect((await t.show(name)).enabled).toBe(false);
    expect((await deploymentOf(name)).enabled).toBe(false);
    await t.on('PUT', `/${name}/`, mail);
    expect((await t.show(name)).enabled).toBe(true);
    expect((await deploymentOf(name)).enabled).toBe(true);
  });

  it('Z10 takes every field of a mail connection, and returns what is not given to its default', async () => {
    const name = await t.make();
    const full = {
      ...mail,
      name,
      description: 'All of it',
      deployToWorker: true,
      enabled: true,
      defaultEncoding: 'ISO-8859-9',
      addressToTest: 'test@example.com',
      additionalProperties: [{ name: 'mail.smtp.timeout', value: '5000' }],
    };
    await t.on('PUT', `/${name}/`, full);
    expect(await t.show(name)).toMatchObject(full);
    await t.on('PUT', `/${name}/`, { type: 'email', host: 'smtp.example.com' });
    expect(await t.show(name)).toMatchObject({
      host: 'smtp.example.com',
      port: 587,
      enableStartTls: false,
      auth: false,
      username: null,
      defaultEncoding: 'UTF-8',
      addressToTest: null,
      from: null,
      additionalProperties: [],
    });
  });

  it('Z11 refuses what the type needs and does not get, and values that do not fit', async () => {
    const name = await t.make({ type: 'email', host: 'smtp.example.com' });
    const missing = await t.on('PUT', `/${name}/`, { type: 'email', auth: true });
    expect(missing).toMatchObject({
      status: 400,
      body: {
        error: 'validation_failed',
        error_description: 'Validation failed',
        validation_errors: [{ field: 'host', message: expect.stringMatching(/required/) }],
      },
    });
    const login = await t.on('PUT', `/${name}/`, { ...mail, username: '', password: null });
    expect(login.body.error).toBe('validation_failed');
    const named = login.body.validation_errors.map(({ field }: { field: string }) => field);
    expect(named.toSorted()).toEqual(['password', 'username']);
    for (const wrong of [
      { port: 0 },
      { port: 65_536 },
      { port: 'smtp' },
      { auth: 'maybe' },
      { host: 7 },
      { enabled: 'yes' },
      { deployToWorker: 3 },
      { description: {} },
      { name: 7 },
      { name: 'x'.repeat(256) },
      { name: 'a\u0007b' },
      { additionalProperties: 'none' },
    ]) {
      const { status, body } = await t.on('PUT', `/${name}/`, { ...mail, ...wrong });
      expect([wrong, status, body.error]).toEqual([wrong, 400, 'bad_request']);
      expect(body.error_description).toContain(Object.keys(wrong)[0]);
    }
    expect(await t.show(name)).toMatchObject({ name, auth: false, port: 587 });
  });

  it('Z15 keeps a secret that is absent, null, empty or a mask, and takes a new one', async () => {
    const name = await t.make();
    for (const password of [undefined, null, '', '********']) {
      await t.on('PUT', `/${name}/`, { ...mail, password });
      expect([password, (await t.show(name)).password]).toEqual([password, 'canary-password']);
    }
    await t.on('PUT', `/${name}/`, { ...mail, password: 'canary-second' });
    expect((await t.show(name)).password).toBe('canary-second');
    const hook = await t.make({
      type: 'webhook',
      fullUrl: 'https://example.com/',
      headerList: [{ name: 'Authorization', value: 'Bearer canary' }],
    });
    const headerList = [
      { name: 'X-Team', value: 'two' },
      { name: 'Authorization', value: '********' },
    ];
    await t.on('PUT', `/${hook}/`, { type: 'webhook', fullUrl: 'https://example.com/', headerList });
    expect((await t.show(hook)).headerList).toEqual([headerList[0], { name: 'Authorization', value: 'Bearer canary' }]);
    const nothing = await t.on('PUT', `/${hook}/`, {
      type: 'webhook',
      fullUrl: 'https://example.com/',
      headerList: [{ name: 'X-New', value: '********' }],
    });
    expect(nothing.status).toBe(400);
    expect(nothing.body.validation_errors).toMatchObject([{ field: 'headerList.0.value' }]);
    expect(JSON.stringify(nothing.body)).not.toContain('canary');
  });

  it('Z10 keeps placeholders as they are written', async () => {
    const name = await t.make({ ...mail, host: '${MAIL_HOST}', port: '${MAIL_PORT}' });
    expect(await t.show(name)).toMatchObject({ host: '${MAIL_HOST}', port: '${MAIL_PORT}' });
  });

  it('Z18 has no quarrel with a name in the body that differs from the path: that is a rename', async () => {
    const name = await t.make();
    expect((await t.on('PUT', `/${name}/`, { ...mail, name: `${name}-renamed` })).status).toBe(200);
  });

  it('changes the display name of a source connection only where it was the connection’s name', async () => {
    const { id } = await t.service.newStub({ body: { name: 'followed' } });
    // A stub is of no type: it is invisible here, and its name is taken all the same.
    expect((await t.on('GET', '/followed/')).status).toBe(404);
    expect((await t.on('PUT', '/followed/', mail)).status).toBe(400);
    expect((await t.on('DELETE', '/followed/')).status).toBe(400);
    expect((await t.on('POST', '/followed/', mail)).body.error_description).toContain('already exists');
    expect((await t.service.api('GET', `/source-connections/${id}`)).status).toBe(200);
  });
});
