import { once } from 'node:events';
import { isIP, type connect as dialTcp, type Socket } from 'node:net';
import { connect as dialTls, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import type { Client, SearchOptions } from 'ldapts';
import type { ConnectTarget } from '../../kit/context.ts';
import type { LdapSettings } from '../../types/ldap/fields.ts';
import { toConnectorError } from './ldap-error.ts';

/** What opening a session needs; contexts of sources and of connection types have it. */
export interface LdapReach {
  readonly settings: LdapSettings;
  /** PEM: who signed the server's certificate; undefined for the authorities of this machine. */
  readonly ca: string | undefined;
  readonly connect: (target: ConnectTarget) => Promise<Socket>;
  readonly signal: AbortSignal;
}

/** Attributes by name; values as the server gave them. */
export type LdapEntry = Readonly<Record<string, string | readonly string[] | Buffer | readonly Buffer[]>> & {
  readonly dn: string;
};

/** A bound session. */
export interface Directory {
  /** The entries below `base`, in pages. Throws `ConnectorError`. */
  search(base: string, options: SearchOptions & { readonly pageSize: number }): AsyncGenerator<readonly LdapEntry[]>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const PORTS = { 'ldap:': 389, 'ldaps:': 636 } as const;

/** Connects, in TLS as the settings ask, and binds. Throws `ConnectorError` that says what to change. */
export async function openDirectory(reach: LdapReach): Promise<Directory> {
  const { settings, connect, signal } = reach;
  const url = new URL(settings.serverAddress);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? PORTS[url.protocol as keyof typeof PORTS] : Number(url.port);
  const doing = `Connecting to ${host}:${port} as ${settings.username}`;
  const { Client: LdapClient } = await import('ldapts');
  const tcp = await connect({ host, port, timeoutMs: TIMEOUT_MS });
  const cut = (): void => void tcp.destroy();
  signal.addEventListener('abort', cut, { once: true });
  try {
    const tls = tlsOptions(reach, host);
    const socket = url.protocol === 'ldaps:' ? await secured(tcp, tls, signal) : tcp;
    const dial = (() => socket) as unknown as typeof dialTls;
    const client = new LdapClient({
      url: settings.serverAddress,
      timeout: TIMEOUT_MS,
      strictDN: false,
      ...(url.protocol === 'ldaps:'
        ? { createSecureConnection: dial }
        : { createConnection: dial as unknown as typeof dialTcp }),
    });
    if (url.protocol === 'ldap:' && settings.useSsl) await client.startTLS(tls);
    await client.bind(settings.username, settings.password.reveal());
    return directoryOf(client, signal, () => {
      signal.removeEventListener('abort', cut);
      tcp.destroy();
    });
  } catch (error) {
    signal.removeEventListener('abort', cut);
    tcp.destroy();
    signal.throwIfAborted();
    throw toConnectorError(error, doing);
  }
}

function tlsOptions({ settings, ca }: LdapReach, host: string): ConnectionOptions {
  const { requireCertificateType } = settings;
  const checks: ConnectionOptions =
    requireCertificateType === 'NOT_REQUIRED'
      ? { rejectUnauthorized: ca !== undefined, checkServerIdentity: () => undefined }
      : requireCertificateType === 'REQUIRED_CN'
        ? { checkServerIdentity: checkCommonName }
        : {};
  return { host, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }), ...checks };
}

function checkCommonName(host: string, certificate: PeerCertificate): Error | undefined {
  const names = [certificate.subject.CN].flat();
  if (names.some((name) => name?.toLowerCase() === host.toLowerCase())) return undefined;
  const error = new Error(`The certificate is for ${names.join(', ')}`);
  return Object.assign(error, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

async function secured(socket: Socket, options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  const secure = dialTls({ socket, ...options });
  await once(secure, 'secureConnect', { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  return secure;
}

function directoryOf(client: Client, signal: AbortSignal, end: () => void): Directory {
  return {
    async *search(base, { pageSize, ...options }) {
      try {
        // No limit of ours: the library would ask for ten seconds.
        const pages = client.searchPaginated(base, { ...options, timeLimit: 0, paged: { pageSize } });
        for await (const page of pages) {
          signal.throwIfAborted();
          yield page.searchEntries as unknown as readonly LdapEntry[];
        }
      } catch (error) {
        signal.throwIfAborted();
        throw toConnectorError(error, `Searching ${base}`);
      }
    },
    async close() {
      await client.unbind().catch(() => undefined);
      end();
    },
  };
}
