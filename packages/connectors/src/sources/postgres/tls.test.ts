import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeContext } from '../../testing/connector-probe.ts';
import { type RunningPostgres, startPostgres } from '../../testing/embedded-postgres.ts';
import { postgres } from './index.ts';

let pem: string;
let server: RunningPostgres;

beforeAll(async () => {
  pem = await readFile(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
  server = await startPostgres({ tls: pem });
});
afterAll(() => server.stop());

const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const check = (more: object) =>
  postgres.check(
    probeContext(postgres, {
      config: { host: 'db.example.test', port: server.port, database: 'postgres', ...more },
      credentials: { username: server.user, password: server.password },
      lookup,
    }),
  );
const ok = { account: expect.stringContaining('postgres@') };

test('connects with every sslmode to a server that offers TLS', async () => {
  for (const sslmode of ['disable', 'prefer', 'require']) expect(await check({ sslmode })).toEqual(ok);
  expect(await check({ sslmode: 'require', ca: pem })).toEqual(ok);
  expect(await check({ sslmode: 'verify-full', ca: pem })).toEqual(ok);
  expect(await check({ sslmode: 'verify-full', ca: pem, host: '127.0.0.1' })).toEqual(ok);
});

test('checks the certificate and, with verify-full, the name in it', async () => {
  const refused = { reason: 'configuration', message: expect.stringContaining('certificate') };
  await expect(check({ sslmode: 'verify-full' })).rejects.toMatchObject(refused);
  await expect(check({ sslmode: 'verify-full', ca: pem, host: 'other.example.test' })).rejects.toMatchObject(refused);
  expect(await check({ sslmode: 'require', ca: pem, host: 'other.example.test' })).toEqual(ok);
});
