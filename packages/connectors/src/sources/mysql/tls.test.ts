import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeContext, probeStream, readPages } from '../../testing/connector-probe.ts';
import { mariadbProgram, type RunningMariadb, startMariadb } from '../../testing/mariadb-server.ts';
import { mysql } from './index.ts';
import { connectTo, ids } from './testing-database.ts';

describe.skipIf(mariadbProgram === undefined)('the source mysql', () => {
  let pem: string;
  let server: RunningMariadb;
  beforeAll(async () => {
    pem = await readFile(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
    server = await startMariadb({ tls: pem });
    const admin = await connectTo(server);
    await admin.query(`CREATE USER private@'%' IDENTIFIED BY 'private' REQUIRE SSL; GRANT SELECT ON test.* TO private@'%';
      CREATE TABLE wide (id int PRIMARY KEY, body text); INSERT INTO wide SELECT seq, REPEAT('x', 3000) FROM seq_1_to_30000`);
    await admin.end();
  });
  afterAll(() => server.stop());

  const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const options = (more: object, credentials: object = {}) => ({
    config: { host: 'db.example.test', port: server.port, database: 'test', ...more },
    credentials: { username: 'private', password: 'private', ...credentials },
    lookup,
  });
  const check = (more: object, credentials?: object) => mysql.check(probeContext(mysql, options(more, credentials)));
  const ok = { account: 'private@db.example.test/test' };

  test('connects with every ssl_mode to a server that offers TLS', async () => {
    for (const ssl_mode of ['preferred', 'required']) expect(await check({ ssl_mode })).toEqual(ok);
    for (const ssl_mode of ['required', 'verify_ca', 'verify_identity'])
      expect(await check({ ssl_mode, ca: pem })).toEqual(ok);
  });

  test('speaks plain text when that is asked, and says so when the user may not', async () => {
    const plain = { username: server.user, password: server.password };
    expect((await check({ ssl_mode: 'disabled' }, plain)).account).toContain(server.user);
    await expect(check({ ssl_mode: 'disabled' })).rejects.toMatchObject({ reason: 'credential' });
  });

  test('checks the certificate and, with verify_identity, the name in it', async () => {
    const refused = { reason: 'configuration', message: expect.stringContaining('certificate') };
    await expect(check({ ssl_mode: 'verify_ca' })).rejects.toMatchObject(refused);
    await expect(check({ ssl_mode: 'verify_identity' })).rejects.toMatchObject(refused);
    const other = { ca: pem, host: 'other.example.test' };
    await expect(check({ ...other, ssl_mode: 'verify_identity' })).rejects.toMatchObject(refused);
    expect((await check({ ...other, ssl_mode: 'verify_ca' })).account).toContain('private');
    await expect(check({ ca: pem, host: '127.0.0.1', ssl_mode: 'verify_identity' })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('verify_ca'),
    });
  });

  test('reads a table, stops when it is aborted and tells of a lost connection', async () => {
    const reading = options({ ssl_mode: 'required' });
    expect(ids(await readPages(await probeStream(mysql, 'wide', reading)))).toHaveLength(30_000);

    const stop = new AbortController();
    const stopped = await probeStream(mysql, 'wide', { ...reading, signal: stop.signal });
    const pages = stopped.read(undefined)[Symbol.asyncIterator]();
    await pages.next();
    stop.abort(new Error('enough'));
    await expect(pages.next()).rejects.toThrow('enough');

    const cut = (await probeStream(mysql, 'wide', reading)).read(undefined)[Symbol.asyncIterator]();
    await cut.next();
    const admin = await connectTo(server);
    await admin.query('KILL CONNECTION USER private');
    await admin.end();
    const rest = async () => {
      while (!(await cut.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ reason: 'unavailable' });
  });
});
