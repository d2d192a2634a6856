import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const S3_BUCKET = 'tributary-test';
/** The one account that `s3rver` knows; it checks the key id and not the signature. */
export const S3_ACCESS_KEY_ID = 'S3RVER';

export interface RunningS3 {
  readonly url: string;
  put(key: string, content: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** Puts many small objects, whose words are their keys, into the server's folder: faster than by request. */
  fill(prefix: string, names: readonly string[]): void;
  delete(key: string): Promise<void>;
  /** Sets the time of an object's last change, which S3 itself does not let anybody do. */
  setModifiedAt(key: string, time: Date): void;
  stop(): Promise<void>;
}

/** Ends with its parent: the pipe to its input closes then, in whatever way the parent went. */
const SCRIPT = `
  import S3rver from 's3rver';
  process.stdin.resume().on('end', () => process.exit());
  const [directory, name] = process.argv.slice(1);
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name }] });
  console.log((await server.run()).port);`;

/** Starts the S3 server that npm brings (`s3rver`) with an empty bucket on a free loopback port. */
export async function startS3(): Promise<RunningS3> {
  const directory = mkdtempSync(join(tmpdir(), 'tributary-s3-'));
  // Its continuation tokens are made with DES, which OpenSSL 3 keeps in a provider of its own.
  const flags = ['--openssl-legacy-provider', '--no-deprecation', '--input-type=module', '--eval', SCRIPT];
  const server = spawn(process.execPath, [...flags, directory, S3_BUCKET], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const [port] = (await Promise.race([
    once(createInterface(server.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('s3rver did not start'))),
  ])) as [string];
  const url = `http://127.0.0.1:${port}`;
  const file = (key: string): string => join(directory, S3_BUCKET, `${key}._S3rver_object`);
  const send = async (method: string, key: string, more: RequestInit = {}): Promise<void> => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const answer = await fetch(`${url}/${S3_BUCKET}/${path}`, { method, ...more });
    if (!answer.ok) throw new Error(`${method} ${key}: ${answer.status} ${await answer.text()}`);
  };
  return {
    url,
    put: (key, content, headers = {}) =>
      send('PUT', key, { body: typeof content === 'string' ? content : new Uint8Array(content), headers }),
    fill(prefix, names) {
      mkdirSync(join(directory, S3_BUCKET, prefix), { recursive: true });
      for (const name of names) writeFileSync(file(`${prefix}${name}`), name);
    },
    delete: (key) => send('DELETE', key),
    setModifiedAt: (key, time) => utimesSync(file(key), time, time),
    async stop() {
      server.stdin.end();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
