import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';

let folder: string;
let dataDir: string;
let service: ServiceProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-first-'));
  dataDir = join(folder, 'data');
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<ServiceProcess> {
  service = await startServiceProcess(dataDir, { TRIBUTARY_BOOTSTRAP_API_KEY: '' });
  return service;
}

async function stop(): Promise<void> {
  await service?.stop();
  service = undefined;
}

const keysIn = (text: string): readonly string[] => text.match(/trib_[\w-]+/g) ?? [];

async function statusWith(key: string): Promise<number> {
  const response = await fetch(`${service?.url}/v1/collections`, { headers: { 'x-api-key': key } });
  await response.arrayBuffer();
  return response.status;
}

/** Local addresses, in hex, that something listens to on a port (`/proc/net/tcp`, proc_pid_net(5)). */
async function listeningAddresses(port: number): Promise<readonly string[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${hexPort}`))
    .map(([, local = '']) => local.slice(0, -hexPort.length - 1));
}

describe('the first start', () => {
  it('F1-23 prints one key that works, stores nothing to read it from, and no later start prints any', async () => {
    const { output } = await start();
    const [key = '', ...others] = keysIn(output());
    expect(others).toEqual([]);
    expect(output()).toContain(`API key (shown once, keep it): ${key}\n`);
    expect(await statusWith(key)).toBe(200);
    expect(await statusWith(`${key}x`)).toBe(401);
    const files = (await readdir(dataDir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      expect((await readFile(join(parentPath, name))).includes(key.slice(-20)), name).toBe(false);
    }
    await stop();
    const second = await start();
    expect(await statusWith(key)).toBe(200);
    expect(keysIn(second.output())).toEqual([]);
  });

  it('F1-23 listens to this machine only', async () => {
    const { url } = await start();
    expect(await listeningAddresses(Number(new URL(url).port))).toEqual(['0100007F']);
  });

  it('F1-23 keeps the data, and the key that opens the credentials, from other users', async () => {
    await start();
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'vault.key'))).mode & 0o777).toBe(0o600);
  });
});
