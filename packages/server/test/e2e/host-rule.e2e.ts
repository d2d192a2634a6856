import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
let outside: string;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'tributary-outside-'));
  await writeFile(join(outside, 'secret.txt'), 'not for the service');
  service = await startTestService({ TRIBUTARY_ALLOW_PRIVATE_NETWORK: '', TRIBUTARY_INTERNAL_SOURCES: '' });
});

afterAll(async () => {
  await service.stop();
  await rm(outside, { recursive: true, force: true });
});

async function attempts(
  shortName: string,
  config: object,
  credentials: object,
): Promise<readonly { status: number; text: string }[]> {
  const body = {
    short_name: shortName,
    config,
    ...(Object.keys(credentials).length > 0 && { authentication: { credentials } }),
  };
  const collection = await service.newCollection();
  const create = await service.api('POST', '/v1/source-connections', { ...body, readable_collection_id: collection });
  const check = await service.api('POST', '/tributary/v1/source-connections/check', {
    shortName,
    config,
    credentials,
  });
  return [create, check].map((answer) => ({ status: answer.status, text: JSON.stringify(answer.body) }));
}

describe('with the default configuration no API call makes the service', () => {
  it('F1-20 read a path, whatever its spelling; the answer names the variable that would allow it', async () => {
    const link = join(outside, 'link');
    await symlink('/etc', link);
    for (const path of [outside, '/', '/etc', link, `${outside}/../`, service.dataDir, '.', 'data', '/proc/self']) {
      for (const source of ['files', 'sqlite']) {
        for (const { status, text } of await attempts(source, { path }, {})) {
          expect(status, `${source} ${path}: ${text}`).toBe(403);
          expect(text).toContain('TRIBUTARY_FILE_ROOTS');
        }
      }
    }
  });

  it('F1-6 reach a private address, by number or by name', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    let reached = 0;
    server.on('connection', (socket) => {
      reached += 1;
      socket.destroy();
    });
    const { port } = server.address() as { port: number };
    for (const host of [
      '127.0.0.1',
      'localhost',
      '::1',
      '::ffff:127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0.0.0.0',
      '169.254.169.254',
      '10.0.0.1',
    ]) {
      for (const { status, text } of await attempts(
        'postgres',
        { host, port, database: 'x' },
        { username: 'u', password: 'p' },
      )) {
        expect([403, 422, 502], `${host}: ${text}`).toContain(status);
      }
    }
    expect(reached).toBe(0);
    server.close();
  });
});
