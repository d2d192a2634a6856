import type { Socket } from 'node:net';
import type { Connection, SslOptions } from 'mysql2';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { SqlLink } from '../sql/session.ts';
import type { MysqlReach } from './config.ts';
import { isFromServer, toConnectorError } from './mysql-error.ts';
import { offersTls } from './offers-tls.ts';
import { lineOf, RowReader } from './row-reader.ts';

/** One connection to the database. */
export interface Link extends SqlLink {
  /** Runs a statement and gives its rows, every value as text or null. */
  rows(sql: string, values?: readonly string[]): Promise<Record<string, string | null>[]>;
  /** Says goodbye; cuts the line when a query is still running. */
  close(): Promise<void>;
}

const CONNECT_MS = 15_000;
const GOODBYE_MS = 2_000;

/** Values are written in one way, whatever the server, the database and the user prefer. */
const MANNERS = [
  'SET NAMES utf8mb4',
  `SET SESSION sql_mode = '', time_zone = '+00:00', autocommit = 1`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
];

/**
 * Nothing cuts a result short, and nothing times out but the network and a table that is locked. The first comment is
 * read by MariaDB alone, the second by MySQL alone (MariaDB manual, "Comment Syntax").
 */
const PATIENCE = `SET SESSION net_write_timeout = 3600, wait_timeout = 28800, lock_wait_timeout = 60,
  sql_select_limit = 18446744073709551615, sql_big_selects = 1, max_sort_length = 16384
  /*M!100300 , max_statement_time = 0, idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0 */
  /*!50708 , max_execution_time = 0 */`;

/** Opens a connection. Throws `ConnectorError` that says what to change. */
export async function openLink(ctx: MysqlReach): Promise<Link> {
  const { config, credentials, signal } = ctx;
  const doing = `Connecting to ${config.database} at ${config.host}:${config.port} as ${credentials.username}`;
  let socket: Socket | undefined;
  try {
    // Loaded with the first connection: listing and configuring sources needs no driver.
    const { createConnection } = await import('mysql2');
    socket = await ctx.connect({ host: config.host, port: config.port });
    const ssl = await tlsFor(ctx, socket);
    const client = createConnection({
      host: config.host,
      port: config.port,
      database: config.database,
      user: credentials.username,
      password: credentials.password.reveal(),
      stream: socket,
      ...(ssl && { ssl }),
      // A server could ask for any file of this host (LOAD DATA LOCAL).
      flags: ['-LOCAL_FILES'],
      charset: 'utf8mb4',
      connectTimeout: CONNECT_MS,
      connectAttributes: { program_name: 'tributary' },
      // Every value as the text that the server wrote; the connector knows its types better than the driver.
      typeCast: (field) => field.string('utf8'),
      disableEval: true,
    });
    const link = linkOf(client, signal);
    try {
      await connected(client);
      await introduce(ctx, link);
      return link;
    } catch (error) {
      lineOf(client).destroy();
      throw error;
    }
  } catch (error) {
    socket?.destroy();
    signal.throwIfAborted();
    throw toConnectorError(error, doing);
  }
}

/** How the driver is to speak TLS on the socket; `undefined` for not at all. */
async function tlsFor({ config, signal }: MysqlReach, socket: Socket): Promise<SslOptions | undefined> {
  const { host, ssl_mode, ca } = config;
  if (ssl_mode === 'disabled') return undefined;
  const verifyIdentity = ssl_mode === 'verify_identity';
  // The driver compares the certificate with the name that it sends, and an address is not sent (RFC 6066 §3).
  if (verifyIdentity && /^[\d.]+$|:/.test(host)) {
    const advice = 'Give the host by its name, or set ssl_mode to verify_ca.';
    throw new ConnectorError('configuration', `verify_identity needs a name, and ${host} is an address. ${advice}`);
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
  if (ssl_mode === 'preferred' && !(await offersTls(socket, limit))) return undefined;
  const checks = ssl_mode === 'required' ? ca !== undefined : ssl_mode !== 'preferred';
  return { rejectUnauthorized: checks, verifyIdentity, ...(ca !== undefined && { ca }) };
}

const connected = (client: Connection): Promise<void> =>
  new Promise((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve())));

async function introduce({ log }: MysqlReach, link: Link): Promise<void> {
  for (const statement of MANNERS) await link.rows(statement);
  try {
    await link.rows(PATIENCE);
  } catch (error) {
    if (!isFromServer(error)) throw error;
    log.warn({ error: error.message }, 'reads under the time limits of the server');
  }
}

function linkOf(client: Connection, signal: AbortSignal): Link {
  let running = 0;
  let lost: Error | undefined;
  let reader: RowReader<unknown> | undefined;
  const cut = (): void => void lineOf(client).destroy();
  signal.addEventListener('abort', cut, { once: true });
  // A query with a callback hears of a lost connection by itself; one that is read row by row does not.
  client.on('error', (error: Error) => {
    lost ??= error;
    reader?.fail(error);
  });
  return {
    async *copy(sql, options) {
      running += 1;
      const rows = new RowReader(client, sql, options);
      reader = rows;
      if (lost) rows.fail(lost);
      try {
        for (let batch = await rows.next(); batch; batch = await rows.next()) yield batch;
        running -= 1;
      } finally {
        rows.abandon();
        reader = undefined;
      }
    },
    async rows(sql, values = []) {
      running += 1;
      try {
        return await new Promise((resolve, reject) => {
          client.query({ sql, values: [...values] }, (error, rows) =>
            error ? reject(error) : resolve(rows as Record<string, string | null>[]),
          );
        });
      } finally {
        running -= 1;
      }
    },
    async close() {
      signal.removeEventListener('abort', cut);
      const line = lineOf(client);
      if (running > 0 || lost || line.destroyed) return cut();
      line.setTimeout(GOODBYE_MS, cut);
      await new Promise<void>((resolve) => client.end(() => resolve()));
    },
  };
}
