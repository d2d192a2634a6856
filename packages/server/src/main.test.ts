import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { childEnvironment } from '../test/harness/child-environment.ts';
import { loadConfig } from './config.ts';
import { startService } from './main.ts';

let folder: string | undefined;

afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = undefined;
});

async function held(): Promise<string> {
  return (folder ??= await mkdtemp(join(tmpdir(), 'tributary-start-')));
}

/** Starts the service with settings that it cannot use; gives its exit code and what it printed. */
async function start(env: Readonly<Record<string, string>>): Promise<{ code: number; printed: string }> {
  const dataDir = await held();
  const service = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...childEnvironment(), PORT: '0', TRIBUTARY_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [printed, [code]] = await Promise.all([text(service.stderr), once(service, 'exit')]);
  return { code, printed };
}

describe('F1-23 a start with settings that the system refuses', () => {
  it('names the variable of a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, printed } = await start({ PORT: String(port) });
    taken.close();
    expect(code).toBe(78);
    expect(printed).toMatch(/^Tributary cannot start:\n {2}HOST or PORT cannot be used: .*address already in use.*\n$/);
  });

  it('names the variable of a data directory that cannot be made', async () => {
    const { code, printed } = await start({ TRIBUTARY_DATA_DIR: join(import.meta.filename, 'data') });
    expect(code).toBe(78);
    expect(printed).toMatch(/^Tributary cannot start:\n {2}TRIBUTARY_DATA_DIR cannot be used: .*not a directory.*\n$/);
  });

  it('names the variable of a data directory that another service holds, and leaves that one alone', async () => {
    const { url, stop } = await startService(
      loadConfig({ PORT: '0', LOG_LEVEL: 'silent', TRIBUTARY_WORKERS: '0', TRIBUTARY_DATA_DIR: await held() }),
    );
    const { code, printed } = await start({ TRIBUTARY_DATA_DIR: String(folder) });
    expect(code).toBe(78);
    expect(printed).toMatch(new RegExp(`TRIBUTARY_DATA_DIR cannot be used: process ${process.pid} already serves`));
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    await stop();
  });

  it('names the variable of a database that does not answer, and not its password', async () => {
    const { code, printed } = await start({ DATABASE_URL: 'postgres://user:canary@127.0.0.1:1/tributary' });
    expect(code).toBe(78);
    expect(printed).toMatch(/^Tributary cannot start:\n {2}DATABASE_URL cannot be used: .*ECONNREFUSED.*\n$/);
    expect(printed).not.toContain('canary');
  }, 60_000);
});
