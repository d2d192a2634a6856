import type { Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { ConnectorError } from '../../kit/connector-error.ts';
import { type ImapContext, portOf } from './config.ts';
import { toConnectorError } from './imap-error.ts';

/** A connection that is logged in. */
export interface Session {
  /** The connection of now; not to be kept over `reopen`. */
  readonly client: ImapFlow;
  /** Another connection in the place of one that was cut. Throws `ConnectorError`. */
  reopen(): Promise<void>;
  /** Says goodbye; cuts the line when that takes too long. */
  close(): Promise<void>;
}

const GREETING_MS = 15_000;
/** A server may think long about a search; more silence than this is a dead line. */
const SILENCE_MS = 300_000;
const GOODBYE_MS = 2_000;
/** A server that hangs up more often than over a few damaged messages has other troubles. */
const MOST_REOPENED = 30;

/** Connects and logs in. Throws `ConnectorError` that says what to change. */
export async function openSession(ctx: ImapContext): Promise<Session> {
  const { signal } = ctx;
  let client = await openClient(ctx);
  let reopened = 0;
  const cut = (): void => client.close();
  signal.addEventListener('abort', cut, { once: true });
  return {
    get client() {
      return client;
    },
    async reopen() {
      cut();
      reopened += 1;
      if (reopened > MOST_REOPENED)
        throw new ConnectorError('unavailable', `${ctx.config.host} hangs up again and again.`);
      client = await openClient(ctx);
    },
    async close() {
      signal.removeEventListener('abort', cut);
      if (!client.usable) return cut();
      const patience = setTimeout(cut, GOODBYE_MS);
      await client.logout().catch(() => undefined);
      clearTimeout(patience);
      cut();
    },
  };
}

async function openClient(ctx: ImapContext): Promise<ImapFlow> {
  const { config, credentials, signal } = ctx;
  const doing = `Connecting to ${config.host}:${portOf(config)} as ${credentials.username}`;
  const socket = await openSocket(ctx);
  let client: ImapFlow | undefined;
  try {
    // Loaded with the first connection: listing and configuring sources needs no driver.
    const { ImapFlow: Client } = await import('imapflow');
    client = new Client({
      ...clientOptions(config, socket),
      auth: { user: credentials.username, pass: credentials.password.reveal() },
    });
    // A lost connection also fails the command that runs, or the next one; nobody else listens here.
    client.on('error', () => undefined);
    await client.connect();
    if (config.tls !== 'none' && !client.secureConnection) throw notSecure(config.host);
    signal.throwIfAborted();
    return client;
  } catch (error) {
    client?.close();
    socket.destroy();
    signal.throwIfAborted();
    if (config.tls === 'none' && client?.capabilities.has('LOGINDISABLED')) throw loginNeedsTls(config.host, error);
    throw toConnectorError(error, doing);
  }
}

function openSocket({ config, connect }: ImapContext): Promise<Socket> {
  const { host, tls, ca } = config;
  return connect({ host, port: portOf(config), ...(tls === 'implicit' && { tls: { ...(ca && { ca }) } }) });
}

/**
 * The client's `transport` option is the seam: it asks for a socket and is handed the guard's, which is connected (and in
 * TLS when that is implicit). STARTTLS wraps the same socket; `doSTARTTLS` makes the client give up without it.
 */
function clientOptions({ host, tls, ca, ...config }: ImapContext['config'], socket: Socket): ImapFlowOptions {
  return {
    host,
    port: portOf({ ...config, host, tls }),
    secure: tls === 'implicit',
    doSTARTTLS: tls === 'starttls',
    transport: {
      connect: (_target, onConnect) => {
        process.nextTick(onConnect);
        return socket;
      },
      upgrade: (_plain, { servername }, onSecure) =>
        dialTls({ socket, host, ...(servername !== undefined && { servername }), ...(ca && { ca }) }, onSecure),
    },
    qresync: true,
    disableAutoIdle: true,
    logger: false,
    clientInfo: { name: 'Tributary', version: false, vendor: false, 'support-url': false },
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
    // One text or attachment at a time is a literal; the largest that can be asked for, and room for its transfer encoding.
    maxLiteralSize: 200_000_000,
    maxLineLength: 64_000_000,
    maxResponseSize: 256_000_000,
  };
}

function notSecure(host: string): ConnectorError {
  return new ConnectorError('configuration', `${host} let the login happen without TLS, so it was not used.`);
}

function loginNeedsTls(host: string, cause: unknown): ConnectorError {
  const words = `${host} takes no password without TLS. Set tls to \`starttls\` or \`implicit\`.`;
  return new ConnectorError('configuration', words, { cause });
}
