import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

const answers = (url: string) =>
  fetch(url).then(
    (response) => response.status,
    () => undefined,
  );

async function startServing(port: number, env: Readonly<Record<string, string>>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-serve-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const args = [MAIN, 'serve', '--port', String(port), '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGTERM'));
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said.text += chunk.toString('utf8')));
  return { child, said, exited: once(child, 'exit') as Promise<[number | null]> };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'serves with the given settings until %s, then stops the service in order',
  async (signal) => {
    const port = await freePort();
    const { child, said, exited } = await startServing(port, {});
    const url = `http://127.0.0.1:${port}/health/ready`;
    await vi.waitFor(async () => expect(await answers(url)).toBe(200), { timeout: 40_000, interval: 50 });
    child.kill(signal);
    const [code] = await exited;
    expect(code).toBe(0);
    expect(await answers(url)).toBeUndefined();
    expect(said.text).toContain(`http://127.0.0.1:${port}`);
  },
);

test('says that the service ended, after what the service itself said', async () => {
  const { said, exited } = await startServing(0, { TRIBUTARY_WORKERS: 'many' });
  const [code] = await exited;
  expect(code).toBe(1);
  expect(said.text).toMatch(/TRIBUTARY_WORKERS must be[\s\S]*The service ended with 78/);
});
