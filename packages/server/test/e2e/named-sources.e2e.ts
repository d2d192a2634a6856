import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { playElasticsearch } from '@tributary/connectors/testing/elasticsearch-server';
import { proftpdProgram, startProftpd } from '@tributary/connectors/testing/proftpd';
import { slapdProgram, startSlapd } from '@tributary/connectors/testing/slapd';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let t: TestService;
beforeAll(async () => {
  t = await startTestService();
  await t.api('PUT', '/tributary/v1/projects/default/variables/far_host', { value: '127.0.0.1' });
});
afterAll(() => t.stop());

const path = '/apiops/projects/default/connections';
const bearer = (method: string, url: string, body?: unknown) =>
  t.api(method, url, body, { key: null, headers: { authorization: `Bearer ${t.key}` } });

/** Makes the connection by its name, deploys it, and reads through it; gives what a search finds. */
async function read(name: string, fields: object, query: string, options: object = {}): Promise<readonly string[]> {
  const made = await bearer('POST', `${path}/${name}/`, { name, ...fields });
  expect(made.body).toMatchObject({ success: true, deploymentResult: { success: true } });
  const tested = await bearer('POST', `${path}/${name}/test-connection/`);
  expect(tested).toMatchObject({ status: 200, body: { deploymentResult: { success: true } } });
  const collection = await t.newCollection();
  const reading = await t.api('POST', '/tributary/v1/source-connections', { connection: name, collection, options });
  expect(reading).toMatchObject({ status: 200, body: { setup: 'ready' } });
  const job = await t.waitForJob(reading.body.id);
  expect(job, job.error).toMatchObject({ status: 'completed', entities_failed: 0 });
  const found = await t.api('GET', `/tributary/v1/collections/${collection}/search?query=${query}`);
  return found.body.hits.map((hit: { name: string }) => hit.name);
}

describe('a connection that was made by its name', () => {
  it.skipIf(proftpdProgram === undefined)(
    'ftp: has its files read, with placeholders for place and secret',
    async () => {
      const server = await startProftpd();
      try {
        await mkdir(join(server.files, 'notes'), { recursive: true });
        await writeFile(join(server.files, 'notes', 'harbour.md'), '# Harbour\n\nThe lighthouse keeper sleeps.');
        const secret = { value: server.password, secret: true };
        await t.api('PUT', '/tributary/v1/projects/default/variables/ftp_password', secret);
        const { port, user } = server;
        const place = { host: '${far_host}', port, username: user, password: '${ftp_password}', protocol: 'FTP' };
        const names = await read('files', { type: 'ftp', ...place, workingDir: server.files }, 'lighthouse');
        expect(names).toEqual(['Harbour']);
        const shown = await bearer('GET', `${path}/files/`);
        expect(shown.body.resultList[0]).toMatchObject({ host: '${far_host}', password: '${ftp_password}' });
      } finally {
        await server.stop();
      }
    },
  );

  it.skipIf(slapdProgram === undefined)('ldap: has its entries read', async () => {
    const server = await startSlapd();
    try {
      const { user, password, baseDn, host, port } = server;
      const place = { serverAddress: `ldap://${host}:${port}`, username: user, password, baseDn };
      const names = await read('people', { type: 'ldap', ...place, customFilter: '(objectClass=*)' }, 'people');
      expect(names.length).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
  });

  it('elasticsearch: has its documents read', async () => {
    const cluster = await playElasticsearch();
    try {
      const documents = new Map([['1', { title: 'Albatross at sea', changed: '2026-01-01T00:00:00Z' }]]);
      const properties = { title: { type: 'text' }, changed: { type: 'date' } };
      cluster.indices.set('birds', { properties, documents });
      const hosts = [{ scheme: 'http', host: '${far_host}', port: cluster.port }];
      const names = await read('search', { type: 'elasticsearch', elasticHostList: hosts }, 'albatross');
      expect(names).toHaveLength(1);
    } finally {
      cluster.close();
    }
  });
});
