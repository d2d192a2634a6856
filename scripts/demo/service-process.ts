import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TributaryClient } from '@tributary/sdk/client';
import type { Stage } from './stage.ts';

const MAIN = new URL('../../packages/server/src/main.ts', import.meta.url).pathname;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

export interface RunningService {
  readonly url: string;
  readonly apiKey: string;
  readonly client: TributaryClient;
}

/**
 * Starts the service as `npm start` does, on embedded stores in the stage's folder, and waits until it is ready.
 * Connections may read files below `fileRoot` and reach this machine. Throws with the service's last lines.
 */
export async function startService(stage: Stage, fileRoot: string): Promise<RunningService> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const apiKey = `trib_${randomBytes(24).toString('base64url')}`;
  const logFile = join(stage.folder, 'service.log');
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', log.fd, log.fd],
    // A process group of its own: Ctrl-C reaches only us, and we then stop it in order.
    detached: true,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      TRIBUTARY_DATA_DIR: join(stage.folder, 'data'),
      TRIBUTARY_BOOTSTRAP_API_KEY: apiKey,
      TRIBUTARY_BOOTSTRAP_EMAIL: 'demo@example.com',
      TRIBUTARY_FILE_ROOTS: fileRoot,
      TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8',
    },
  });
  stage.defer(() => stop(child));
  await log.close();
  await untilReady(child, url, logFile, stage.signal);
  return { url, apiKey, client: new TributaryClient({ url, apiKey, userAgent: 'tributary-demo' }) };
}

async function untilReady(child: ChildProcess, url: string, logFile: string, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  while (performance.now() - start < READY_WITHIN_MS) {
    if (hasEnded(child)) throw new Error(`the service did not start:\n${await lastLines(logFile)}`);
    const answer = await fetch(`${url}/health/ready`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    }).catch(() => undefined);
    if (answer?.ok) return;
    await delay(20, undefined, { signal });
  }
  throw new Error(`the service was not ready within ${READY_WITHIN_MS / 1_000} s:\n${await lastLines(logFile)}`);
}

async function lastLines(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-20).join('\n');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Asks the service to end, and ends its whole group when it does not. */
async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = delay(STOP_WITHIN_MS, 'late' as const, { signal: patience.signal }).catch(() => undefined);
  if ((await Promise.race([exited, late])) === 'late') {
    process.kill(-child.pid, 'SIGKILL');
    await exited;
    throw new Error(`the service did not stop within ${STOP_WITHIN_MS / 1_000} s and was killed`);
  }
  patience.abort();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
