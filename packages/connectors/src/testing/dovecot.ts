import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  freePort,
  giveToServer,
  type OwnedProcess,
  serverAccount,
  serverFolder,
  startOwnedProcess,
  untilReady,
} from './owned-process.ts';

export interface StartDovecotOptions {
  /** The program, as `findDebianProgram('dovecot', 'dovecot-imapd')` finds it. */
  readonly program: string;
  /** Offer TLS (implicit on `tlsPort`, STARTTLS on `port`) with this private key and certificate, one PEM text. */
  readonly tls?: string;
  /** Refuse a login before TLS. Dovecot takes who calls from the address that he calls for secure, so call 127.0.0.2. */
  readonly requireTls?: boolean;
  /** What the server says that it can do, for example without `CONDSTORE`; its own list by default. */
  readonly capability?: string;
}

export interface RunningDovecot {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** Where the account's mail lies, in Maildir++. */
  readonly mailFolder: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'ann@example.test';
const PASSWORD = 'canary-pa55 word';

/**
 * Starts Debian's Dovecot on free loopback ports, in a folder of its own, for one user with an empty account that has
 * Sent, Drafts, Junk and Trash. Needs no root: everything runs as one ordinary user (`nobody` when root calls).
 */
export async function startDovecot(options: StartDovecotOptions): Promise<RunningDovecot> {
  const folder = await serverFolder('dovecot');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const config = join(folder, 'dovecot.conf');
  await writeFile(config, await configuration(options, folder, port, tlsPort));
  await writeFile(join(folder, 'passwd'), `${USER}:{PLAIN}${PASSWORD}\n`);
  if (options.tls !== undefined) await writeFile(join(folder, 'server.pem'), options.tls, { mode: 0o600 });
  await giveToServer(folder);
  const server: OwnedProcess = startOwnedProcess(options.program, ['-F', '-c', config], folder);
  await untilReady(server, () => greets(port));
  const mailFolder = join(folder, 'home', USER, 'Maildir');
  return { host: HOST, port, tlsPort, user: USER, password: PASSWORD, mailFolder, stop: () => server.stop() };
}

/** Everything in the account's folder, and services that stay in the file system they are started in. */
const FIXED = `
    protocols = imap
    first_valid_uid = 1
    first_valid_gid = 1
    auth_failure_delay = 0
    mail_location = maildir:~/Maildir
    log_path = /dev/stderr
    # Logins from where one was refused are answered late, unless the list of these cannot be reached.
    service anvil {
      chroot =
      unix_listener anvil-auth-penalty {
        mode = 0
      }
    }
    service stats {
      chroot =
    }`;

async function configuration(
  { tls, requireTls, capability }: StartDovecotOptions,
  folder: string,
  port: number,
  tlsPort: number,
): Promise<string> {
  const { uid, gid } = serverAccount();
  const user = await nameOf('/etc/passwd', uid);
  const pem = join(folder, 'server.pem');
  const special = ['Sent', 'Drafts', 'Junk', 'Trash'].map(
    (name) => `mailbox ${name} {\n special_use = \\${name}\n auto = create\n }`,
  );
  return `${FIXED}
    base_dir = ${folder}/run
    state_dir = ${folder}/state
    listen = ${requireTls ? `${HOST}, 127.0.0.2` : HOST}
    default_internal_user = ${user}
    default_internal_group = ${await nameOf('/etc/group', gid)}
    default_login_user = ${user}
    ssl = ${tls === undefined ? 'no' : 'yes'}
    ${tls === undefined ? '' : `ssl_cert = <${pem}\nssl_key = <${pem}`}
    disable_plaintext_auth = ${requireTls ? 'yes' : 'no'}
    ${capability === undefined ? '' : `imap_capability = ${capability}`}
    passdb {
      driver = passwd-file
      args = username_format=%u ${folder}/passwd
    }
    userdb {
      driver = static
      args = home=${folder}/home/%u
    }
    service imap-login {
      chroot =
      inet_listener imap {
        port = ${port}
      }
      inet_listener imaps {
        port = ${tls === undefined ? 0 : tlsPort}
        ssl = yes
      }
    }
    namespace inbox {
      inbox = yes
      separator = /
      ${special.join('\n')}
    }`;
}

async function nameOf(file: '/etc/passwd' | '/etc/group', id: number): Promise<string> {
  const entries = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'));
  const [name] = entries.find(([, , number]) => number === String(id)) ?? [];
  if (name === undefined) throw new Error(`${file} has no name for ${id}`);
  return name;
}

async function greets(port: number): Promise<boolean> {
  const socket = connect({ host: HOST, port });
  try {
    const [greeting] = (await once(socket, 'data')) as [Buffer];
    return greeting.toString('latin1').startsWith('* OK');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
