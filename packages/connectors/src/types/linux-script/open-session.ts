import { createHash } from 'node:crypto';
import type ssh2Module from 'ssh2';
import type { Client, ConnectConfig } from 'ssh2';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import type { Secret } from '../../kit/secret.ts';

export interface SshSettings {
  readonly hostName: string;
  readonly sshPort: number;
  readonly username: string;
  readonly password: Secret;
}

export interface SshSession {
  /** As OpenSSH shows it: `SHA256:…`. */
  readonly fingerprint: string;
  /** Runs a command and gives its exit status; -1 when a signal ended it. Throws `ConnectorError`. */
  run(command: string): Promise<number>;
  close(): void;
}

const READY_MS = 20_000;

/** Throws `ConnectorError('configuration')` when the optional package is absent. */
export async function loadSsh2(): Promise<typeof ssh2Module> {
  try {
    return (await import('ssh2')).default;
  } catch (cause) {
    throw new ConnectorError('configuration', 'SSH needs the package ssh2; add it with `npm install ssh2`.', { cause });
  }
}

/** OpenSSH's words for a host key: the hash of its public part, in Base64 without padding. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** Logs in with the password, by either of the two ways in which hosts ask for one. Throws `ConnectorError`. */
export async function openSession(ctx: TypeContext<SshSettings>): Promise<SshSession> {
  const { hostName: host, sshPort: port, username, password } = ctx.settings;
  const ssh2 = await loadSsh2();
  const sock = await ctx.connect({ host, port }).catch((error: unknown) => {
    if (!(error instanceof ConnectorError) || error.reason !== 'unavailable') throw error;
    const words = `${error.message} Check hostName and sshPort, and that the host is up.`;
    throw new ConnectorError('unavailable', words, { cause: error });
  });
  const client = new ssh2.Client();
  let fingerprint = '';
  const plain = password.reveal();
  client.on('keyboard-interactive', (_name, _words, _language, prompts, answer) => answer(prompts.map(() => plain)));
  const cut = (): void => void client.destroy();
  ctx.signal.addEventListener('abort', cut, { once: true });
  const options: ConnectConfig = {
    sock,
    username,
    password: plain,
    tryKeyboard: true,
    readyTimeout: READY_MS,
    hostVerifier: (key: Buffer) => {
      fingerprint = fingerprintOf(key);
      return true;
    },
  };
  try {
    await ready(client, options);
  } catch (error) {
    sock.destroy();
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, ctx.settings, fingerprint);
  } finally {
    ctx.signal.removeEventListener('abort', cut);
  }
  // What happens after the login shows where it is waited for.
  client.on('error', () => undefined);
  return {
    fingerprint,
    run: (command) => run(client, command, ctx),
    close: () => void client.end(),
  };
}

function ready(client: Client, options: ConnectConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
    client.once('close', () => reject(new Error('the host closed the connection')));
    client.connect(options);
  });
}

async function run(client: Client, command: string, { settings, signal }: TypeContext<SshSettings>): Promise<number> {
  try {
    return await new Promise<number>((resolve, reject) => {
      const gone = (): void => reject(new Error('the host closed the connection'));
      client.once('close', gone);
      signal.addEventListener('abort', gone, { once: true });
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        // A host that closes without a status has not run it.
        channel.once('exit', (code: number | null) => resolve(code ?? -1)).once('close', gone);
        channel.resume();
        channel.stderr.resume();
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error ? error.message : 'unknown';
    const words = `${settings.username} may not run commands at ${settings.hostName} (${said}); allow it a shell.`;
    throw new ConnectorError('configuration', words, { cause: error });
  }
}

function toConnectorError(
  error: unknown,
  { hostName, sshPort, username }: SshSettings,
  fingerprint: string,
): ConnectorError {
  const said = error instanceof Error ? error.message : 'unknown';
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  const where = `${hostName}:${sshPort}`;
  if (level === 'client-authentication')
    return new ConnectorError(
      'credential',
      `${where} (host key ${fingerprint}) refuses the login of ${username}; check user and password, and that it lets users log in by password.`,
      { cause: error },
    );
  if (level === 'handshake' || level === 'protocol')
    return new ConnectorError(
      'configuration',
      `${where} and we find no common SSH protocol (${said}); check the port and the host's ciphers.`,
      { cause: error },
    );
  return new ConnectorError(
    'unavailable',
    `${where} does not answer as an SSH server: ${said}. Check hostName and sshPort.`,
    { cause: error },
  );
}
