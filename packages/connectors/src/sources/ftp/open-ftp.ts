import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { connect as dialTls, type ConnectionOptions } from 'node:tls';
import type { Client, FileInfo } from 'basic-ftp';
import { ConnectorError } from '../../kit/connector-error.ts';
import { TLS_VERSIONS } from '../../types/ftp/fields.ts';
import type { FtpSettings } from '../../types/ftp/fields.ts';
import { toConnectorError } from './ftp-error.ts';
import type { FtpReach, RemoteEntry, RemoteFolder } from './remote-folder.ts';

/**
 * A session over FTP, in TLS as the settings ask. The control connection is the guard's; the library opens data connections
 * to the address of the control connection and to no other. Throws `ConnectorError`.
 */
export async function openFtp({ settings, connect, signal }: FtpReach): Promise<RemoteFolder> {
  const { host, port, username, timeout } = settings;
  const doing = `Connecting to ${host}:${port} as ${username}`;
  const { Client: FtpClient } = await import('basic-ftp');
  const socket = await connect({ host, port, timeoutMs: timeout });
  const client = new FtpClient(timeout, { allowSeparateTransferHost: false });
  const cut = (): void => client.close();
  signal.addEventListener('abort', cut, { once: true });
  try {
    await greet(client, socket, settings, signal);
    await client.login(username, settings.password.reveal());
    await client.useDefaultSettings();
    return folderOf(client, () => signal.removeEventListener('abort', cut));
  } catch (error) {
    signal.removeEventListener('abort', cut);
    client.close();
    signal.throwIfAborted();
    throw toConnectorError(error, doing);
  }
}

async function greet(client: Client, tcp: Socket, settings: FtpSettings, signal: AbortSignal): Promise<void> {
  const { protocol, useImplicit } = settings;
  const tls = protocol === 'FTPS' ? tlsOptions(settings) : undefined;
  const implicit = tls !== undefined && useImplicit;
  const socket = implicit
    ? await secured(tcp, tls, AbortSignal.any([signal, AbortSignal.timeout(settings.timeout)]))
    : tcp;
  client.ftp.socket = socket;
  if (implicit) client.ftp.tlsOptions = tls;
  await client.ftp.handle(undefined, (answer, task) => {
    if (answer instanceof Error) task.reject(answer);
    else if (answer.code >= 200 && answer.code < 300) task.resolve(answer);
    else task.reject(new ConnectorError('unavailable', `${settings.host} is not ready: ${answer.message}`));
  });
  if (tls && !implicit) await client.useTLS(tls);
}

/** Data connections resume the session under the same name, so every one of them is given it. */
function tlsOptions({ host, ca, sslProtocol }: FtpSettings): ConnectionOptions {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const version = TLS_VERSIONS[(sslProtocol ?? 'TLS') as keyof typeof TLS_VERSIONS];
  return {
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== null && { ca }),
    ...(version && { minVersion: version, maxVersion: version }),
  };
}

async function secured(socket: Socket, options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  const secure = dialTls({ socket, ...options });
  await once(secure, 'secureConnect', { signal });
  return secure;
}

function folderOf(client: Client, release: () => void): RemoteFolder {
  return {
    async list(path) {
      try {
        return (await client.list(path)).map(entryOf);
      } catch (error) {
        throw toConnectorError(error, `Listing ${path}`);
      }
    },
    async read(path, most) {
      const sink = new LimitedSink(most);
      try {
        await client.downloadTo(sink, path);
      } catch (error) {
        throw toConnectorError(error, `Reading ${path}`);
      }
      return sink.bytes();
    },
    close() {
      release();
      client.close();
      return Promise.resolve();
    },
  };
}

const entryOf = (info: FileInfo): RemoteEntry => ({
  name: info.name,
  kind: info.isDirectory ? 'folder' : info.isFile ? 'file' : 'other',
  size: info.size,
  modifiedAt: info.modifiedAt?.getTime(),
  rawDate: info.rawModifiedAt,
});

/** Keeps the first bytes and lets the rest pass, since FTP cannot end a transfer politely. */
class LimitedSink extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #most: number;
  #length = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#length <= this.#most) this.#chunks.push(chunk);
    this.#length += chunk.length;
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, this.#most + 1);
  }
}
