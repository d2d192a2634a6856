import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
beforeAll(async () => {
  t = await startApiops();
});
afterAll(() => t.service.stop());

describe('Z17 the operations beside PUT', () => {
  it('list the connections of one type by name, with null for secrets', async () => {
    const project = (await t.service.api('POST', '/tributary/v1/projects', { name: 'listed' })).body.name;
    for (const name of ['b-mail', 'A-mail']) await t.on('POST', `/${name}/`, mail, { project });
    await t.on('POST', '/hook/', { type: 'webhook', fullUrl: 'https://example.com/' }, { project });
    const { status, body } = await t.on('GET', '/?type=email', undefined, { project });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, resultCount: 2 });
    expect(body.resultList.map(({ name }: { name: string }) => name)).toEqual(['A-mail', 'b-mail']);
    for (const one of body.resultList) expect(one).toMatchObject({ type: 'email', host: mail.host, password: null });
    expect((await t.on('GET', '?type=webhook', undefined, { project })).body.resultList).toMatchObject([
      { name: 'hook', headerList: null },
    ]);
    const missing = await t.on('GET', '/', undefined, { project });
    expect(missing).toMatchObject({ status: 400, body: { validation_errors: [{ field: 'type' }] } });
    expect((await t.on('GET', '/?type=pigeon', undefined, { project })).status).toBe(400);
  });

  it('show one connection as a list of one', async () => {
    const name = await t.make();
    const { body } = await t.on('GET', `/${name}`);
    expect(body).toMatchObject({ success: true, resultCount: 1 });
    expect(body.resultList).toMatchObject([{ ...mail, name, description: null, deployToWorker: true, enabled: true }]);
    const missing = await t.on('GET', '/nobody/');
    expect(missing.status).toBe(404);
    expect(missing.body).toEqual({ error: 'not_found', error_description: 'Connection (name: nobody) was not found!' });
    const empty = await t.on('GET', '/%20/');
    expect(empty.status).toBe(400);
    expect(empty.body).toEqual({ error: 'bad_request', error_description: 'Connection name can not be empty!' });
  });

  it('make a connection, with 200, and deploy it', async () => {
    const made = await t.on('POST', '/made/', { ...mail, name: 'MADE', description: 'new' });
    expect(made.status).toBe(200);
    expect(made.body.deploymentResult.success).toBe(true);
    expect(await t.show('made')).toMatchObject({ name: 'MADE', description: 'new', port: 2525 });
    expect((await t.on('POST', '/silent/', { ...mail, deployToWorker: false })).body).toEqual({ success: true });
    const again = await t.on('POST', '/made/', mail);
    expect(again.status).toBe(400);
    expect(again.body).toEqual({ error: 'bad_request', error_description: 'Connection (name: made) already exists!' });
    const bare = await t.on('POST', '/bare/', { ...mail, password: '********' });
    expect(bare).toMatchObject({ status: 400, body: { validation_errors: [{ field: 'password' }] } });
  });

  it('Z18 refuse a body with another name than the path when a connection is made', async () => {
    const { status, body } = await t.on('POST', '/one/', { ...mail, name: 'other' });
    expect([status, body.error]).toEqual([400, 'bad_request']);
    expect(body.error_description).toContain('does not match');
    expect((await t.on('GET', '/one/')).status).toBe(404);
  });

  it('delete a connection, and take it from the workers when it was deployed', async () => {
    const name = await t.make();
    const { status, body } = await t.on('DELETE', `/${name.toUpperCase()}/`);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      deploymentResult: {
        success: true,
        deploymentResults: [{ environmentName: 'production', success: true, message: 'Undeployment successful' }],
      },
    });
    const again = await t.on('DELETE', `/${name}/`);
    expect(again.status).toBe(400);
    expect(again.body).toEqual({
      error: 'bad_request',
      error_description: `Connection (name: ${name}) was not found!`,
    });
    const kept = await t.make({ ...mail, deployToWorker: false });
    expect((await t.on('DELETE', `/${kept}/`)).body).toEqual({ success: true });
  });

  it('Z19 take a trailing slash or none, any case of a name, and percent-encoded names', async () => {
    const name = await t.make();
    for (const path of [`/${name}`, `/${name}/`, `/${name.toUpperCase()}`, `/%63${name.slice(1)}/`])
      expect([path, (await t.on('GET', path)).status]).toEqual([path, 200]);
    const made = await t.on('POST', '/%C3%96sterreich%20%2F%20mail', mail);
    expect(made.status).toBe(200);
    expect((await t.show('%C3%B6sterreich%20%2F%20MAIL')).name).toBe('Österreich / mail');
    expect((await t.on('GET', `/${name}`, undefined, { project: 'DEFAULT' })).status).toBe(200);
  });

  it('Z19 show secrets to whoever may change the connection, null to others, and record that', async () => {
    const name = await t.make();
    const viewer = await t.service.newKey(['source_connections:read']);
    expect((await t.show(name, { key: viewer })).password).toBeNull();
    expect((await t.actions(1))[0]).not.toBe('connection.secrets_read');
    expect((await t.show(name)).password).toBe('canary-password');
    expect((await t.actions(1))[0]).toBe('connection.secrets_read');
    const list = await t.on('GET', '/?type=email');
    expect(JSON.stringify(list.body)).not.toContain('canary-password');
  });

  it('leave one event each in the audit log', async () => {
    const name = await t.make();
    await t.on('PUT', `/${name}/`, mail);
    await t.on('DELETE', `/${name}/`);
    expect(await t.actions(3)).toEqual(['connection.deleted', 'connection.updated', 'connection.created']);
  });
});

describe('an operator who lets no secret be shown', () => {
  it('Z15 has them masked for everybody, and kept when they are not given', async () => {
    const never = await startApiops({ TRIBUTARY_SHOW_CONNECTION_SECRETS: 'never' });
    try {
      const name = await never.make();
      expect((await never.show(name)).password).toBeNull();
      await never.on('PUT', `/${name}/`, await never.show(name));
      expect((await never.on('PUT', `/${name}/`, { ...mail, password: undefined })).status).toBe(200);
    } finally {
      await never.service.stop();
    }
  });
});
