import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/harness/eventually.ts';
import { startTestService, type TestService } from '../../test/harness/service.ts';

describe('what workers hold of a connection', () => {
  let t: TestService;
  beforeAll(async () => {
    t = await startTestService();
  });
  afterAll(() => t.stop());

  const path = '/apiops/projects/default/connections';
  const bearer = (method: string, url: string, body?: unknown) =>
    t.api(method, url, body, { key: null, headers: { authorization: `Bearer ${t.key}` } });
  const database = (name: string, more: object = {}) => ({
    type: 'database',
    name,
    dbType: 'POSTGRES',
    jdbcUrl: 'jdbc:postgresql://127.0.0.1:9/crm',
    username: 'reader',
    password: 'a-password',
    ...more,
  });
  const deployed = async (name: string) => {
    const { body } = await t.api('GET', '/tributary/v1/projects/default/deployments');
    return body.find((one: { connection: string }) => one.connection === name);
  };
  const idOf = async (name: string): Promise<string> => {
    const { body } = await bearer('GET', '/api/integration-sources');
    return body.find((one: { name: string }) => one.name === name).id;
  };

  it('is switched off with the connection, through whichever API', async () => {
    expect((await bearer('POST', `${path}/followed`, database('followed'))).body).toMatchObject({
      deploymentResult: { success: true },
    });
    const source = `/api/integration-sources/${await idOf('followed')}`;
    expect((await bearer('PUT', source, { is_active: false })).status).toBe(200);
    await eventually('workers hold it as disabled', async () =>
      JSON.stringify(await deployed('followed')).includes('"disabled"') ? true : undefined,
    );
  });

  it('is gone when the connection was deleted where nobody knows of deployments', async () => {
    await bearer('POST', `${path}/deleted`, database('deleted'));
    expect(await deployed('deleted')).toBeDefined();
    const source = `/api/integration-sources/${await idOf('deleted')}`;
    expect((await bearer('DELETE', source)).status).toBe(204);
    expect(await deployed('deleted')).toBeUndefined();
  });

  it('stays as it was deployed when the connection is not to be deployed any more', async () => {
    await bearer('POST', `${path}/kept`, database('kept'));
    const { version } = await deployed('kept');
    await bearer('PUT', `${path}/kept`, database('kept', { deployToWorker: false, description: 'Changed' }));
    const source = `/api/integration-sources/${await idOf('kept')}`;
    await bearer('PUT', source, { is_active: false });
    expect(await deployed('kept')).toMatchObject({ version });
  });
});
