import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Connection } from 'ssh2';

const PROGRAM = '/usr/lib/openssh/sftp-server';

/** Path of OpenSSH's SFTP server, or `undefined` after a line that says what is left out. */
export const sftpProgram = existsSync(PROGRAM) ? PROGRAM : undefined;
if (sftpProgram === undefined)
  process.stderr.write(
    'Skipped: sftp-server is not installed (Debian package openssh-sftp-server); its tests do not run.\n',
  );

export interface RunningSftp {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly files: string;
  /** As `ssh-keygen -l` writes it. */
  readonly fingerprint: string;
  /** Cuts all connections; new ones are taken. */
  cut(): void;
  stop(): Promise<void>;
}

const USER = 'ann';
const PASSWORD = 'canary-pa55 word';

/** OpenSSH's SFTP server behind an SSH server of our own that knows one user, on a free loopback port. */
export async function startSftp(): Promise<RunningSftp> {
  const files = await mkdtemp(join(tmpdir(), 'tributary-sftp-'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('no host key');
  const open = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [key] }, (client) => {
    open.add(client);
    // Its own packets are small, and each would wait for the answer to the last.
    (client as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on('close', () => open.delete(client)).on('error', () => undefined);
    client.on('authentication', (attempt) => {
      if (attempt.method === 'password' && attempt.username === USER && attempt.password === PASSWORD) attempt.accept();
      else attempt.reject(['password']);
    });
    client.on('ready', () => client.on('session', (accept) => serve(accept(), files)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const client of open) client.end();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    user: USER,
    password: PASSWORD,
    files,
    fingerprint: `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    cut,
    async stop() {
      cut();
      server.close();
      await rm(files, { recursive: true, force: true });
    },
  };
}

function serve(session: ssh2.Session, folder: string): void {
  session.on('subsystem', (accept, reject, { name }) => {
    if (name !== 'sftp') return reject();
    const channel = accept();
    const child = spawn(PROGRAM, ['-d', folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    channel.pipe(child.stdin);
    child.stdout.pipe(channel);
    child.stdin.on('error', () => undefined);
    channel.on('close', () => child.kill());
  });
}
