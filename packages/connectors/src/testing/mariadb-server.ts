import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianProgram } from './debian-program.ts';
import { freePort, giveToServer, serverAccount, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

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

const HOST = '127.0.0.1';
const USER = 'tributary';
const PASSWORD = 'tributary-test';
const DATABASE = 'test';

const FIRST_STATEMENTS = `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '${USER}'@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;
`;

/**
 * Starts Debian's MariaDB with data of its own on a free loopback port and waits until it takes connections. It ends with
 * `stop()`, and by itself when this process ends in whatever way.
 */
export async function startMariadb(options: StartMariadbOptions = {}): Promise<RunningMariadb> {
  if (mariadbProgram === undefined) throw new Error('MariaDB is not installed');
  const home = await serverFolder('mariadb');
  await prepare(home, options);
  const port = await freePort();
  const server = startOwnedProcess(mariadbProgram, flags(home, port, options), home);
  await untilReady(server, () => greets(port));
  return {
    host: HOST,
    port,
    user: USER,
    password: PASSWORD,
    database: DATABASE,
    pid: Number(await readFile(join(home, 'pid'), 'utf8')),
    stop: () => server.stop(),
  };
}

async function prepare(home: string, options: StartMariadbOptions): Promise<void> {
  const data = join(home, 'data');
  await mkdir(data, { mode: 0o700 });
  await writeFile(join(home, 'first.sql'), FIRST_STATEMENTS);
  await writeFile(join(home, 'server.pem'), options.tls ?? '', { mode: 0o600 });
  await giveToServer(home);
  const installer = findDebianProgram('mariadb-install-db', 'mariadb-server');
  if (installer === undefined) throw new Error('mariadb-install-db is not installed');
  const settings = ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--skip-name-resolve'];
  await promisify(execFile)(installer, [...settings, '--auth-root-authentication-method=normal'], {
    ...serverAccount(),
    cwd: home,
    env: { ...process.env, TMPDIR: home },
  });
}

function flags(home: string, port: number, options: StartMariadbOptions): readonly string[] {
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
    // Its data is thrown away, so it need not say goodbye to it.
    'innodb-fast-shutdown': '2',
    ...(options.tls !== undefined && { 'ssl-cert': pem, 'ssl-key': pem }),
    ...options.settings,
  };
  const switches = ['--no-defaults', '--skip-name-resolve', '--skip-log-bin'];
  return [...switches, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
}

/** Its first packet comes once the first statements are done. */
async function greets(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return greeting.includes('MariaDB');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
