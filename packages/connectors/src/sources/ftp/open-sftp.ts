import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Client, FileEntryWithStats, SFTPWrapper } from 'ssh2';
import { ConnectorError } from '../../kit/connector-error.ts';
import { missingDriver } from '../../kit/missing-driver.ts';
import type { FtpSettings } from '../../types/ftp/fields.ts';
import type { FtpReach, RemoteEntry, RemoteFolder } from './remote-folder.ts';

/** Of POSIX `st_mode` (SFTP protocol version 3, draft-ietf-secsh-filexfer-02 §5). */
const TYPE = 0o170_000;
const FOLDER = 0o040_000;
const FILE = 0o100_000;

/** A session over SFTP on the guard's socket. Throws `ConnectorError`. */
export async function openSftp({ settings, connect, signal }: FtpReach): Promise<RemoteFolder> {
  const { host, port, timeout } = settings;
  const { default: ssh2 } = await import('ssh2').catch((cause: unknown) => {
    throw missingDriver('ssh2', 'SFTP', cause);
  });
  const socket = await connect({ host, port, timeoutMs: timeout });
  const client = new ssh2.Client();
  const cut = (): void => void client.destroy();
  signal.addEventListener('abort', cut, { once: true });
  try {
    await loggedIn(client, settings, socket);
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper))),
    );
    // Every read that is under way listens for the end.
    sftp.setMaxListeners(0);
    return folderOf(client, sftp, timeout, () => signal.removeEventListener('abort', cut));
  } catch (error) {
    signal.removeEventListener('abort', cut);
    client.destroy();
    signal.throwIfAborted();
    throw toConnectorError(error, settings);
  }
}

function loggedIn(client: Client, settings: FtpSettings, socket: Socket): Promise<void> {
  const { username, password, timeout, hostKey } = settings;
  return new Promise((resolve, reject) => {
    // A lost connection fails the calls that wait; nobody else listens.
    client
      .on('error', reject)
      .once('ready', resolve)
      .once('close', () => reject(new Error('the connection was closed')));
    client.connect({
      sock: socket,
      username,
      password: password.reveal(),
      readyTimeout: timeout,
      keepaliveInterval: 15_000,
      hostVerifier: (key: Buffer) => hostKey === null || isKey(key, hostKey),
    });
  });
}

/** Fingerprints are written `SHA256:` and Base64 without its padding (ssh-keygen(1)). */
function isKey(key: Buffer, fingerprint: string): boolean {
  const expected = Buffer.from(fingerprint.trim().replace(/^SHA256:/, ''), 'base64');
  const found = createHash('sha256').update(key).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function toConnectorError(error: unknown, { host, port, username }: FtpSettings): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const doing = `Connecting to ${host}:${port} as ${username}`;
  const said = error instanceof Error ? error.message : 'unknown reason';
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  const options = { cause: error };
  if (level === 'client-authentication')
    return new ConnectorError(
      'credential',
      `${doing}: the server refused the login. Check the user and the password.`,
      options,
    );
  if (/host.*verification/i.test(said))
    return new ConnectorError(
      'configuration',
      `${doing}: the server shows another key than hostKey. Check who answers there.`,
      options,
    );
  const advice =
    level === 'protocol' || level === 'client-timeout' ? ' Check that SSH listens on this port (22 as a rule).' : '';
  return new ConnectorError('unavailable', `${doing}: ${said}.${advice}`, options);
}

/** SSH_FX_NO_SUCH_FILE, SSH_FX_PERMISSION_DENIED, SSH_FX_FAILURE: about this path alone. */
const OF_THE_PATH = new Set<unknown>([2, 3, 4]);

function folderOf(client: Client, sftp: SFTPWrapper, timeout: number, release: () => void): RemoteFolder {
  const ask = async <T>(
    doing: string,
    start: (done: (error: Error | undefined, value?: T) => void) => void,
  ): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = setTimeout(() => reject(new Error(`no answer in ${timeout} ms`)), timeout);
    const lost = (): void => reject(new Error('the connection was closed'));
    sftp.once('close', lost);
    try {
      start((error, value) => (error ? reject(error) : resolve(value as T)));
      return await promise;
    } catch (error) {
      const said = error instanceof Error ? error.message : 'unknown reason';
      const own = error instanceof Error && 'code' in error && OF_THE_PATH.has(error.code);
      throw new ConnectorError(own ? 'invalid_answer' : 'unavailable', `${doing}: ${said}.`, { cause: error });
    } finally {
      clearTimeout(late);
      sftp.off('close', lost);
    }
  };
  return {
    async list(path) {
      const entries = await ask<FileEntryWithStats[]>(`Listing ${path}`, (done) => sftp.readdir(path, done));
      return entries.map(entryOf);
    },
    async read(path, most) {
      const doing = `Reading ${path}`;
      const handle = await ask<Buffer>(doing, (done) => sftp.open(path, 'r', done));
      try {
        return await readHandle(most + 1, (bytes, at) =>
          ask<number>(doing, (done) => sftp.read(handle, bytes, 0, bytes.length, at, done)),
        );
      } finally {
        sftp.close(handle, () => undefined);
      }
    },
    close() {
      release();
      client.end();
      return Promise.resolve();
    },
  };
}

/** Every server gives so much at once, and less only at the end of a file (draft-ietf-secsh-filexfer-02 §3 and §6.4). */
const CHUNK = 32 * 1024;
/** Chunks asked for together, once the file is known to be longer than one. */
const TOGETHER = 16;
const END_OF_FILE = 1;

type ReadAt = (bytes: Buffer, at: number) => Promise<number>;

async function readHandle(most: number, read: ReadAt): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let length = 0, together = 1; length < most; together = TOGETHER) {
    const starts = Array.from({ length: together }, (_, at) => length + at * CHUNK).filter((at) => at < most);
    const got = await Promise.all(starts.map((at) => readChunk(Math.min(CHUNK, most - at), at, read)));
    const short = got.findIndex((chunk) => chunk.length < CHUNK);
    chunks.push(...(short < 0 ? got : got.slice(0, short + 1)));
    if (short >= 0) break;
    length += got.length * CHUNK;
  }
  return Buffer.concat(chunks);
}

async function readChunk(size: number, at: number, read: ReadAt): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  const got = await read(bytes, at).catch((error: unknown) => {
    const { cause } = error as Error;
    if (cause instanceof Error && 'code' in cause && cause.code === END_OF_FILE) return 0;
    throw error;
  });
  return bytes.subarray(0, got);
}

function entryOf({ filename, attrs }: FileEntryWithStats): RemoteEntry {
  const type = attrs.mode & TYPE;
  return {
    name: filename,
    kind: type === FOLDER ? 'folder' : type === FILE ? 'file' : 'other',
    size: attrs.size,
    modifiedAt: attrs.mtime * 1_000,
    rawDate: '',
  };
}
