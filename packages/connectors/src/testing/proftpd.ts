import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findDebianProgram } from './debian-program.ts';
import { freePort, giveToServer, serverAccount, serverFolder, startOwnedProcess, untilReady } from './owned-process.ts';

/** Path of ProFTPD, or `undefined` where it is not installed; tests that need it are then left out. */
export const proftpdProgram = findDebianProgram('proftpd', 'proftpd-core proftpd-mod-crypto');

export interface StartProftpdOptions {
  /** Offer TLS with this private key (of an elliptic curve) and certificate, one PEM text. */
  readonly tls?: string;
  /** Speak TLS from the first byte. */
  readonly implicit?: boolean;
  /** Refuse a login before TLS. */
  readonly requireTls?: boolean;
  /** More directives. */
  readonly settings?: readonly string[];
}

export interface RunningProftpd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The user's folder; what lies in it is at `path` on the server too. */
  readonly files: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'ann';
const PASSWORD = 'canary-pa55 word';

/** Starts Debian's ProFTPD on a free loopback port, in a folder of its own, for one user. Needs no root. */
export async function startProftpd(options: StartProftpdOptions = {}): Promise<RunningProftpd> {
  if (proftpdProgram === undefined) throw new Error('ProFTPD is not installed');
  const home = await serverFolder('proftpd');
  const files = join(home, 'files');
  await mkdir(files);
  const port = await freePort();
  const { uid, gid } = serverAccount();
  const hash = await promisify(execFile)('openssl', ['passwd', '-6', PASSWORD]);
  await writeFile(join(home, 'passwd'), `${USER}:${hash.stdout.trim()}:${uid}:${gid}::${files}:/bin/sh\n`, {
    mode: 0o600,
  });
  await writeFile(join(home, 'server.pem'), options.tls ?? '', { mode: 0o600 });
  await writeFile(join(home, 'proftpd.conf'), (await configuration(home, port, options)).join('\n'));
  await giveToServer(home);
  await chmod(files, 0o777);
  const server = startOwnedProcess(proftpdProgram, ['-n', '-c', join(home, 'proftpd.conf')], home);
  await untilReady(server, () => (options.implicit ? listens(port) : greets(port)));
  return { host: HOST, port, user: USER, password: PASSWORD, files, stop: () => server.stop() };
}

const nameOf = async (flag: '-un' | '-gn'): Promise<string> =>
  (await promisify(execFile)('id', [flag, String(serverAccount().uid)])).stdout.trim();

async function configuration(
  home: string,
  port: number,
  { tls, implicit, requireTls, settings = [] }: StartProftpdOptions,
) {
  const pem = join(home, 'server.pem');
  const secure = [
    'LoadModule mod_tls.c',
    'TLSEngine on',
    'TLSProtocol TLSv1.2 TLSv1.3',
    `TLSECCertificateFile ${pem}`,
    `TLSECCertificateKeyFile ${pem}`,
    'TLSVerifyClient off',
    `TLSRequired ${implicit || requireTls ? 'on' : 'off'}`,
    ...(implicit ? ['TLSOptions UseImplicitSSL'] : []),
  ];
  return [
    'ModulePath /usr/lib/proftpd',
    'ServerType standalone',
    'ServerName test',
    'DefaultServer on',
    `DefaultAddress ${HOST}`,
    'UseIPv6 off',
    `Port ${port}`,
    `User ${await nameOf('-un')}`,
    `Group ${await nameOf('-gn')}`,
    '<IfModule mod_ctrls.c>',
    'ControlsEngine off',
    '</IfModule>',
    `PidFile ${home}/pid`,
    `ScoreboardFile ${home}/scoreboard`,
    `SystemLog ${home}/log`,
    `AuthUserFile ${home}/passwd`,
    'AuthOrder mod_auth_file.c',
    'RequireValidShell off',
    'UseFtpUsers off',
    'UseReverseDNS off',
    'WtmpLog off',
    'TransferLog none',
    'DelayEngine off',
    ...(tls === undefined ? [] : secure),
    ...settings,
    '',
  ];
}

async function greets(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return greeting.includes('220');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
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
