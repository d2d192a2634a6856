import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const TIMEOUT_MS = 150_000;

/** Starts the demo with a temporary folder of its own, so that what it leaves behind can be seen. */
async function startDemo() {
  const home = await mkdtemp(join(tmpdir(), 'tributary-demo-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  // Where root runs the tests, PostgreSQL runs as another user, who must get through to its data.
  await chmod(home, 0o755);
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, TMPDIR: home } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString('utf8')));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  return { home, child, said, exited };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const listening = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return listening;
}

async function expectNothingLeft(home: string, out: string): Promise<void> {
  expect(await readdir(home)).toEqual([]);
  const ports = [...out.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
  for (const port of ports) expect([port, await listens(port)]).toEqual([port, false]);
}

test(
  'the demo goes through, finds exactly what it changed, and leaves nothing behind',
  async () => {
    const { home, said, exited } = await startDemo();
    const [code] = await exited;
    expect([code, said.err]).toEqual([0, '']);
    expect(said.out).toContain('✓ every document and every row is in the collection, once');
    expect(said.out).toContain('✓ exactly these changes were found; nothing else was written');
    expect(said.out).toMatch(/✓ the new document and the new row are found; .* are gone/);
    expect(said.out).not.toContain('\u001B');
    await expectNothingLeft(home, said.out);
  },
  TIMEOUT_MS,
);

test(
  'stopped in the middle, it ends with 130 and leaves nothing behind',
  async () => {
    const { home, child, said, exited } = await startDemo();
    child.stdout.on('data', () => said.out.includes('Connect both') && child.kill('SIGINT'));
    const [code] = await exited;
    expect(code).toBe(130);
    expect(said.err).toContain('Stopped.');
    expect(said.out).not.toContain('Search');
    await expectNothingLeft(home, said.out);
  },
  TIMEOUT_MS,
);
