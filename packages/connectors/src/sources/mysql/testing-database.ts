import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { type ProbeOptions, probeStream } from '../../testing/connector-probe.ts';
import { type RunningMariadb, startMariadb, type StartMariadbOptions } from '../../testing/mariadb-server.ts';
import { mysql } from './index.ts';

export interface TestDatabase {
  server(): RunningMariadb;
  /** Runs statements as a user who may do everything, and gives the rows of the last one. */
  sql(text: string): Promise<RowDataPacket[]>;
  /** Another connection as the same user. */
  connect(): Promise<Connection>;
  config(more?: object): object;
  credentials(): { readonly username: string; readonly password: string };
  stream(name: string, options?: Omit<ProbeOptions, 'config'> & { readonly config?: object }): Promise<Stream>;
}

/** Connects to a test server; several statements may be sent at once. */
export const connectTo = ({ host, port, user, password, database }: RunningMariadb): Promise<Connection> =>
  createConnection({ host, port, user, password, database, multipleStatements: true });

/** A server for the tests of one suite. */
export function testDatabase(options: StartMariadbOptions = {}): TestDatabase {
  let server: RunningMariadb;
  let admin: Connection;
  beforeAll(async () => {
    server = await startMariadb(options);
    admin = await connectTo(server);
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });
  const config = (more: object = {}) => ({
    host: server.host,
    port: server.port,
    database: server.database,
    ...more,
  });
  const credentials = () => ({ username: server.user, password: server.password });
  return {
    server: () => server,
    async sql(text) {
      const [rows] = await admin.query<RowDataPacket[] | RowDataPacket[][]>(text);
      const last = Array.isArray(rows) ? rows.at(-1) : undefined;
      return (Array.isArray(last) ? last : rows) as RowDataPacket[];
    },
    connect: () => connectTo(server),
    config,
    credentials,
    stream: (name, probe = {}) =>
      probeStream(mysql, name, { credentials: credentials(), ...probe, config: config(probe.config) }),
  };
}

export const upserts = (pages: readonly Page<JsonObject>[]): JsonObject[] => pages.flatMap((page) => [...page.upserts]);

/** Sorted values of `id`. */
export const ids = (pages: readonly Page<JsonObject>[]): unknown[] =>
  upserts(pages)
    .map((row) => Number(row['id']))
    .toSorted((one, other) => one - other);

/** What a store would give back. */
export const stored = (cursor: unknown): unknown => JSON.parse(JSON.stringify(cursor));
