import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as dialTls } from 'node:tls';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { PostgresReach } from './config.ts';

/** SSLRequest: length 8, code 80877103 (PostgreSQL manual, "Message Formats"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const YES = 'S';
const HANDSHAKE_MS = 15_000;

/**
 * A socket on which the server speaks PostgreSQL's protocol, in TLS as `sslmode` asks. The address is the guard's choice;
 * the server's name in the certificate stays the configured host. Throws `ConnectorError`, and the TLS library's errors.
 */
export async function openSocket({ config, connect, signal }: PostgresReach): Promise<Socket> {
  const socket = await connect({ host: config.host, port: config.port });
  const { sslmode } = config;
  if (sslmode === 'disable') return socket;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MS)]);
  try {
    socket.write(SSL_REQUEST);
    const [answer] = (await once(socket, 'data', { signal: limit })) as [Buffer];
    // More than one byte was not asked for: somebody on the way put it there (CVE-2021-23222).
    if (answer.toString('latin1') === YES) return await upgrade(socket, config, limit);
    if (sslmode === 'prefer' && answer.length === 1) return socket;
    throw new ConnectorError(
      'configuration',
      `${config.host} offers no TLS. Turn it on there, or set sslmode to prefer or disable.`,
    );
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

async function upgrade(
  socket: Socket,
  { host, sslmode, ca }: PostgresReach['config'],
  signal: AbortSignal,
): Promise<Socket> {
  const check: ConnectionOptions =
    sslmode === 'verify-full'
      ? { rejectUnauthorized: true }
      : { rejectUnauthorized: sslmode === 'require' && ca !== undefined, checkServerIdentity: () => undefined };
  // SNI carries names only (RFC 6066 §3); a certificate for an address is checked through `host`.
  const isAddress = /^[\d.]+$|:/.test(host);
  const secure = dialTls({ socket, host, ...(!isAddress && { servername: host }), ...(ca && { ca }), ...check });
  await once(secure, 'secureConnect', { signal });
  return secure;
}
