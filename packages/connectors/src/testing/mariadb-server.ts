import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDebianProgram } from './debian-program.ts';

/** Path of MariaDB's server, or `undefined` where it is not installed; tests that need it are then left out. */
export const mariadbProgram = findDebianProgram('mariadbd', 'mariadb-server');

export interface StartMariadbOptions {
  /** Offer TLS with this private key and certificate, one PEM text. */
  readonly tls?: string;
  /** More server settings, for example `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningMariadb {
  readonly host: string;
  readonly port: number;
  /** May do everything. */
  readonly user: string;
  readonly password: string;
  /** An empty database. */
  readonly database: string;
  readonly pid: number;
  /** Ends the server and removes its data. Safe to call twice. */
  stop(): Promise<void>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const HOST = '127.0.0.1';
const USER = 'tributary';
const PASSWORD = 'tributary-test';
const DATABASE = 'test';
/** `nobody` on every system that we know; used when root runs the tests and there is no `mysql` user. */
const UNPRIVILEGED: Account = { uid: 65_534, gid: 65_534 };
/** A server removes the temporary tables that it finds at its start, so each has a folder of its own for them. */
const environment = (home: string) => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  TMPDIR: home,
});
const START_ATTEMPTS = 5;
const READY_WITHIN_MS = 60_000;

const FIRST_STATEMENTS = `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;
`;

/**
 * Starts Debian's MariaDB with data of its own on a free loopback port and waits until it takes connections. The server
 * refuses to run as root: it then runs as the `mysql` user, or as `nobody`. It ends with `stop()`, and by itself when this
 * process ends in whatever way.
 */
export async function startMariadb(options: StartMariadbOptions = {}): Promise<RunningMariadb> {
  if (mariadbProgram === undefined) throw new Error('MariaDB is not installed');
  const account = await serverAccount();
  const home = await mkdtemp(join(tmpdir(), 'tributary-mariadb-'));
  try {
    await prepare(account, home, options);
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const server = launch(mariadbProgram, account, home, port, options);
      const failure = await untilReady(server);
      if (failure === undefined) return await running(server, home, port);
      await end(server);
      if (attempt === START_ATTEMPTS) throw new Error(`MariaDB did not start: ${failure}`);
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function running(server: ChildProcess, home: string, port: number): Promise<RunningMariadb> {
  const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
  return {
    host: HOST,
    port,
    user: USER,
    password: PASSWORD,
    database: DATABASE,
    pid,
    async stop() {
      await end(server);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The user to run the server as; empty means ourselves. */
async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const entry = passwd.split('\n').find((line) => line.startsWith('mysql:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  return uid === undefined || gid === undefined ? UNPRIVILEGED : { uid: Number(uid), gid: Number(gid) };
}

/** The folder's files belong to the account that the server runs as. */
async function prepare(account: Account, home: string, options: StartMariadbOptions): Promise<void> {
  const data = join(home, 'data');
  await mkdir(data, { mode: 0o700 });
  await writeFile(join(home, 'first.sql'), FIRST_STATEMENTS);
  await writeFile(join(home, 'server.pem'), options.tls ?? '', { mode: 0o600 });
  for (const path of [home, data, join(home, 'first.sql'), join(home, 'server.pem')]) await giveTo(account, path);
  const flags = ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--skip-name-resolve'];
  const installer = findDebianProgram('mariadb-install-db', 'mariadb-server');
  if (installer === undefined) throw new Error('mariadb-install-db is not installed');
  const child = spawn(installer, [...flags, '--auth-root-authentication-method=normal'], {
    ...account,
    cwd: home,
    env: environment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`mariadb-install-db ended with ${String(code)}: ${said}`);
}

/**
 * The server's parent is a shell that waits for the end of its input. The other end of that pipe is ours, so the server is
 * killed when we end, even by SIGKILL, which no exit handler sees. Its data is thrown away, so it need not say goodbye.
 */
function launch(
  program: string,
  account: Account,
  home: string,
  port: number,
  options: StartMariadbOptions,
): ChildProcess {
  const pem = join(home, 'server.pem');
  const settings = {
    datadir: join(home, 'data'),
    'bind-address': HOST,
    port: String(port),
    socket: join(home, 'socket'),
    'pid-file': join(home, 'pid'),
    'init-file': join(home, 'first.sql'),
    'character-set-server': 'utf8mb4',
    'innodb-flush-log-at-trx-commit': '0',
    'innodb-buffer-pool-size': '64M',
    ...(options.tls !== undefined && { 'ssl-cert': pem, 'ssl-key': pem }),
    ...options.settings,
  };
  const flags = ['--no-defaults', '--skip-name-resolve', '--skip-log-bin'];
  const server = [program, ...flags, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  const guard = [
    'exec 3<&0; "$@" 3<&- & server=$!',
    // The shell says that the server was killed, and nobody may be there to read it.
    '(while read -r _ <&3; do :; done; kill -KILL $server) & watcher=$!; exec 2> /dev/null',
    'wait $server; code=$?; kill $watcher',
    '[ $code -eq 137 ] && rm -rf -- "$0"; exit $code',
  ].join('\n');
  return spawn('/bin/sh', ['-c', guard, home, ...server], {
    ...account,
    cwd: home,
    env: environment(home),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** `undefined` when the server takes connections, else what it said before it gave up. It logs to its standard error. */
async function untilReady(server: ChildProcess): Promise<string | undefined> {
  let said = '';
  const listen = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-8_000);
    if (said.includes('ready for connections')) ready.resolve(undefined);
  };
  const ready = Promise.withResolvers<string | undefined>();
  const giveUp = (): void => ready.resolve(said === '' ? 'it said nothing' : said);
  const timer = setTimeout(giveUp, READY_WITHIN_MS);
  server.stderr?.on('data', listen);
  server.once('exit', giveUp).once('error', (error) => ready.resolve(error.message));
  const failure = await ready.promise;
  clearTimeout(timer);
  server.stderr?.off('data', listen).resume();
  if (failure === undefined) {
    for (const handle of [server, server.stdin, server.stderr]) (handle as { unref?: () => void } | null)?.unref?.();
  }
  return failure;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const exited = once(server, 'exit');
  server.stdin?.end();
  await exited;
}

async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
