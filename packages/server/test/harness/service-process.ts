import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { spawnNode } from './spawned-process.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it wrote to stdout and stderr. */
  output(): string;
  /** Sends JSON with the bootstrap key, reads JSON. */
  call(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>; // oxlint-disable-line typescript/no-explicit-any -- asserted field by field in tests
  /** SIGKILL to the service process, and to its workers too or not: then they have to notice by themselves. */
  kill(which: 'service' | 'service and workers'): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

const bootstrapKey = 'trib_end-to-end-key-000000000000000000';
const mainFile = new URL('../../src/main.ts', import.meta.url);

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

/** Process ids of the direct children, as Linux tells them. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text
    .split(' ')
    .filter((part) => part.trim() !== '')
    .map(Number);
}

/** Starts the service, or an entry file that starts it otherwise, as a process of its own and waits until it is ready. */
export async function startServiceProcess(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  entry: URL = mainFile,
): Promise<ServiceProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { child, output } = spawnNode(fileURLToPath(entry), {
    PORT: String(port),
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_BOOTSTRAP_API_KEY: bootstrapKey,
    TRIBUTARY_INTERNAL_SOURCES: '1',
    TRIBUTARY_RATE_LIMIT_PER_MINUTE: '0',
    TRIBUTARY_LEASE_MS: '2000',
    LOG_LEVEL: 'warn',
    ...env,
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const call: ServiceProcess['call'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'x-api-key': bootstrapKey, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  try {
    await eventually('the service to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}: ${output()}`);
      const response = await fetch(`${url}/health/ready`).catch(() => undefined);
      return response?.ok ? true : undefined;
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    url,
    pid: child.pid ?? 0,
    output,
    call,
    async kill(which) {
      const workers = which === 'service' ? [] : childrenOf(child.pid ?? 0);
      child.kill('SIGKILL');
      for (const worker of workers) process.kill(worker, 'SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}
