import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TributaryClient } from '@tributary/sdk/client';

export interface BenchService {
  readonly url: string;
  readonly key: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to the first good `/health/ready`. */
  readonly readyMs: number;
  readonly client: TributaryClient;
  stop(): Promise<void>;
}

const key = 'trib_bench-key-0000000000000000000000';

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the service ended with code ${child.exitCode}`);
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Starts the service as its own process on a free port, in a fresh folder, without a rate limit. */
export async function startBenchService(env: Readonly<Record<string, string>> = {}): Promise<BenchService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const child = spawn(process.execPath, [new URL('../packages/server/src/main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      TRIBUTARY_DATA_DIR: dataDir,
      TRIBUTARY_BOOTSTRAP_API_KEY: key,
      TRIBUTARY_ALLOW_PRIVATE_NETWORK: '127.0.0.0/8',
      TRIBUTARY_RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'warn',
      ...env,
    },
  });
  await untilReady(url, child);
  return {
    url,
    key,
    dataDir,
    pid: child.pid ?? 0,
    readyMs: performance.now() - started,
    client: new TributaryClient({ url, apiKey: key }),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
