import { connect as dial, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import { ConnectorError } from './connector-error.ts';
import type { ConnectTarget } from './context.ts';
import { linkSignals } from './linked-signal.ts';
import { createNetworkGuard } from './network-guard.ts';
import type { CheckedAddress, GuardOptions, NetworkGuard, NetworkPolicy } from './network-guard.ts';

export interface ConnectOptions extends GuardOptions {
  /** Milliseconds for resolving, connecting and the TLS handshake together; default 10 seconds. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Resolves with the socket once it is ready; destroys it when it fails or the signal fires first. */
function ready<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off(event, onReady).off('error', onError);
      signal.removeEventListener('abort', onAbort);
    };
    const onReady = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => {
      // A socket that is destroyed while it connects may still emit an error, and nobody would be listening.
      socket.on('error', () => undefined);
      onError(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) return onAbort();
    socket.once(event, onReady).once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** A TCP socket to the first of the checked addresses that answers (RFC 8305, as Node races them). */
function openTcp(addresses: readonly CheckedAddress[], port: number, signal: AbortSignal): Promise<Socket> {
  const socket = dial({
    // The name is resolved already; this lookup hands out what was checked, so nobody can answer differently now.
    host: 'checked.invalid',
    port,
    noDelay: true,
    keepAlive: true,
    autoSelectFamily: addresses.length > 1,
    lookup: (_host, options, callback) => {
      const [first] = addresses;
      if (options.all) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    },
  });
  return ready(socket, 'connect', signal);
}

async function openTls(
  tcp: Socket,
  target: ConnectTarget,
  alpn: readonly string[],
  signal: AbortSignal,
): Promise<Socket> {
  const { servername = target.host, rejectUnauthorized = true, ca, cert, key, anyName } = target.tls ?? {};
  const name = servername.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const socket = dialTls({
    socket: tcp,
    host: name,
    // SNI carries names only (RFC 6066 §3); certificates of bare addresses are checked through `host`.
    ...(isIP(name) === 0 && { servername: name }),
    rejectUnauthorized,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: key.reveal() }),
    ...(anyName && { checkServerIdentity: () => undefined }),
    ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
  });
  return ready(socket, 'secureConnect', signal).catch((error: unknown) => {
    tcp.destroy();
    throw error;
  });
}

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';

function unreachable(target: ConnectTarget, error: unknown, timedOut: boolean): ConnectorError {
  const where = `${target.host}:${target.port}`;
  if (timedOut)
    return new ConnectorError('unavailable', `${where} did not accept a connection in time.`, { cause: error });
  const code = errorCode(error);
  const why =
    code.startsWith('ERR_TLS') || /CERT|SIGNED|ISSUER/.test(code)
      ? 'its TLS certificate is not valid'
      : 'no connection';
  return new ConnectorError('unavailable', `${where} cannot be reached: ${why}${code === '' ? '' : ` (${code})`}.`, {
    cause: error,
  });
}

/** Opens one guarded socket; shared by drivers and the HTTP client. `alpn` is what TLS offers, nothing by default. */
export async function openSocket(
  guard: NetworkGuard,
  target: ConnectTarget,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly alpn?: readonly string[] } = {},
): Promise<Socket> {
  const deadline = linkSignals([options.signal], options.timeoutMs ?? CONNECT_TIMEOUT_MS);
  const { signal } = deadline;
  try {
    const addresses = await abortable(guard.resolve(target.host), signal);
    const tcp = await openTcp(addresses, target.port, signal);
    return target.tls ? await openTls(tcp, target, options.alpn ?? [], signal) : tcp;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ConnectorError) throw error;
    throw unreachable(target, error, deadline.timedOut);
  } finally {
    deadline.release();
  }
}

/** `promise`, or the signal's reason when that comes first. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * The socket factory for drivers: TCP, or TLS when `tls` is given, to an address that the guard has checked; the TLS
 * server name stays the name. Throws `ConnectorError`: `refused`, `unavailable`, `configuration`.
 */
export function createConnect(
  policy: NetworkPolicy,
  options: ConnectOptions = {},
): (target: ConnectTarget) => Promise<Socket> {
  const guard = createNetworkGuard(policy, options);
  return (target) =>
    openSocket(guard, target, target.timeoutMs === undefined ? options : { ...options, timeoutMs: target.timeoutMs });
}
