import type { Socket } from 'node:net';
import type pg from 'pg';
import type { PostgresReach } from './config.ts';
import { type CopyBatch, type CopyOptions, copyOut } from './copy-out.ts';
import { openSocket } from './open-socket.ts';
import { toConnectorError } from './postgres-error.ts';

/** One connection to the database. */
export interface Link {
  /** Runs statements and gives the rows of the last one, every value as text or null. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, string | null>[]>;
  /** Runs `COPY (sql) TO STDOUT`, see `copyOut`. */
  copy<T>(sql: string, options: CopyOptions<T>): AsyncGenerator<CopyBatch<T>>;
  /** Hands the connection to a query of another kind, see `pg.Submittable`. */
  submit(query: pg.Submittable): void;
  /** Says goodbye; cuts the line when a query is still running. */
  close(): Promise<void>;
}

const CONNECT_MS = 15_000;
const GOODBYE_MS = 2_000;

/** Every value as the text that the server wrote; the connector knows its types better than the driver. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => String };

/**
 * Opens a connection; with `replication`, one that understands the commands of the streaming replication protocol too.
 * Throws `ConnectorError` that says what to change.
 */
export async function openLink(ctx: PostgresReach, kind?: 'replication'): Promise<Link> {
  const { config, credentials } = ctx;
  const doing = `Connecting to ${config.database} at ${config.host}:${config.port} as ${credentials.username}`;
  let socket: Socket | undefined;
  try {
    // Loaded with the first connection: listing and configuring sources needs no driver.
    const { Client } = (await import('pg')).default;
    socket = await openSocket(ctx);
    const client = new Client({
      host: config.host,
      port: config.port,
      database: config.database,
      user: credentials.username,
      password: credentials.password.reveal(),
      stream: connected(socket),
      ssl: false,
      application_name: 'tributary',
      connectionTimeoutMillis: CONNECT_MS,
      types: asText,
      ...(kind && { replication: 'database' }),
    });
    // A lost connection also fails the query that runs, or the next one; nobody else listens here.
    client.on('error', () => undefined);
    await client.connect();
    return linkOf(client, socket, ctx.signal);
  } catch (error) {
    socket?.destroy();
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, doing);
  }
}

/** `pg` wants to connect the socket itself; this one is connected, so it is only told so. */
function connected(socket: Socket): () => Socket {
  return () => {
    socket.connect = () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    };
    return socket;
  };
}

function linkOf(client: pg.Client, socket: Socket, signal: AbortSignal): Link {
  let running = 0;
  const cut = (): void => void socket.destroy();
  signal.addEventListener('abort', cut, { once: true });
  return {
    async *copy(sql, options) {
      running += 1;
      yield* copyOut(client, sql, options);
      running -= 1;
    },
    async rows(sql, values = []) {
      running += 1;
      try {
        const answer: unknown = await client.query(sql, [...values]);
        const last = (Array.isArray(answer) ? answer.at(-1) : answer) as pg.QueryResult<Record<string, string | null>>;
        return last.rows;
      } finally {
        running -= 1;
      }
    },
    submit(query) {
      client.query(query);
    },
    async close() {
      signal.removeEventListener('abort', cut);
      if (running > 0 || socket.destroyed) return cut();
      socket.setTimeout(GOODBYE_MS, cut);
      await client.end();
    },
  };
}
