import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianProgram } from './debian-program.ts';
import { freePort, giveToServer, serverAccount, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

/** Path of OpenLDAP's server, or `undefined` where it is not installed; tests that need it are then left out. */
export const slapdProgram = findDebianProgram('slapd', 'slapd');

export interface StartSlapdOptions {
  /** Offer TLS (ldaps and StartTLS) with this private key and certificate, one PEM text. */
  readonly tls?: string;
  /** More lines of the database's configuration. */
  readonly settings?: readonly string[];
}

export interface RunningSlapd {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly baseDn: string;
  /** May do everything. */
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const BASE = 'dc=example,dc=test';
const USER = `cn=admin,${BASE}`;
const PASSWORD = 'canary-pa55 word';

const FIRST_ENTRIES = `dn: ${BASE}
objectClass: organization
objectClass: dcObject
dc: example
o: Example

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people
`;

/** Starts Debian's OpenLDAP on free loopback ports, in a folder of its own, with the base and an empty `ou=people`. */
export async function startSlapd(options: StartSlapdOptions = {}): Promise<RunningSlapd> {
  if (slapdProgram === undefined) throw new Error('slapd is not installed');
  const home = await serverFolder('slapd');
  const [port, tlsPort] = [await freePort(), await freePort()];
  await mkdir(join(home, 'data'), { mode: 0o700 });
  await writeFile(join(home, 'server.pem'), options.tls ?? '', { mode: 0o600 });
  await writeFile(join(home, 'slapd.conf'), configuration(home, options).join('\n'));
  await writeFile(join(home, 'first.ldif'), FIRST_ENTRIES);
  await giveToServer(home);
  const config = ['-f', join(home, 'slapd.conf')];
  // The program is one; its name tells it to fill the database instead of serving it.
  const add = promisify(execFile)(slapdProgram, ['-T', 'add', ...config, '-l', join(home, 'first.ldif')], {
    ...serverAccount(),
    cwd: home,
  });
  await add;
  const urls = [`ldap://${HOST}:${port}`, ...(options.tls === undefined ? [] : [`ldaps://${HOST}:${tlsPort}`])];
  const server = startOwnedProcess(slapdProgram, [...config, '-h', urls.join(' '), '-d', '0'], home);
  await untilReady(server, () => listens(port));
  return { host: HOST, port, tlsPort, baseDn: BASE, user: USER, password: PASSWORD, stop: () => server.stop() };
}

function configuration(home: string, { tls, settings = [] }: StartSlapdOptions): readonly string[] {
  const pem = join(home, 'server.pem');
  return [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${home}/pid`,
    ...(tls === undefined ? [] : [`TLSCertificateFile ${pem}`, `TLSCertificateKeyFile ${pem}`]),
    'database mdb',
    `suffix "${BASE}"`,
    `rootdn "${USER}"`,
    `rootpw "${PASSWORD}"`,
    `directory ${home}/data`,
    'maxsize 104857600',
    'dbnosync',
    ...settings,
    '',
  ];
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
