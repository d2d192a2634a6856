import type { Socket } from 'node:net';
import type { Authenticator, ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { NatsContext } from './config.ts';
import { toConnectorError } from './nats-error.ts';

/** What the client hands on to its transport; the last field is ours. */
export type GuardedOptions = ConnectionOptions & {
  readonly guarded: { readonly socket: Socket } & Pick<NatsContext['config'], 'host' | 'tls' | 'ca'>;
};

const CONNECT_MS = 15_000;

/** Connects and logs in; the connection is cut when the context is aborted. Throws `ConnectorError` that says what to change. */
export async function openConnection(ctx: NatsContext): Promise<NatsConnection> {
  const { config, connect, signal } = ctx;
  const { host, port } = config;
  const socket = await connect({ host, port });
  try {
    // Loaded with the first connection: listing and configuring sources needs no driver.
    const { NatsConnectionImpl } = await import('@nats-io/transport-node');
    const { useGuardedTransport } = await import('./guarded-transport.ts');
    useGuardedTransport();
    const options: GuardedOptions = {
      servers: [`${host.includes(':') ? `[${host}]` : host}:${port}`],
      name: 'tributary',
      // The engine goes on from the last cursor by itself, and other servers of a cluster were not checked by the guard.
      reconnect: false,
      ignoreClusterUpdates: true,
      timeout: CONNECT_MS,
      ...(config.tls === 'none' && { tls: null }),
      ...(await authenticator(ctx)),
      guarded: { socket, host, tls: config.tls, ca: config.ca },
    };
    const connection = await NatsConnectionImpl.connect(options);
    const cut = (): void => void connection.close();
    signal.addEventListener('abort', cut, { once: true });
    void connection.closed().then(() => signal.removeEventListener('abort', cut));
    if (signal.aborted) cut();
    return connection;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw toConnectorError(error, `Connecting to ${host}:${port}`);
  }
}

async function authenticator({ credentials }: NatsContext): Promise<{ readonly authenticator?: Authenticator }> {
  const { credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator } =
    await import('@nats-io/transport-node');
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { username, password, token, nkey_seed: seed, creds } = credentials;
  if (creds) return { authenticator: credsAuthenticator(bytes(creds.reveal())) };
  if (seed) return { authenticator: nkeyAuthenticator(bytes(seed.reveal().trim())) };
  if (token) return { authenticator: tokenAuthenticator(token.reveal()) };
  return username === undefined ? {} : { authenticator: usernamePasswordAuthenticator(username, password?.reveal()) };
}
