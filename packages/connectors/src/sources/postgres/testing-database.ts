import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { type ProbeOptions, probeStream } from '../../testing/connector-probe.ts';
import { type RunningPostgres, startPostgres, type StartPostgresOptions } from '../../testing/embedded-postgres.ts';
import { postgres } from './index.ts';

export interface TestDatabase {
  server(): RunningPostgres;
  /** Runs statements as the superuser. */
  sql(text: string): Promise<pg.QueryResult>;
  config(more?: object): object;
  credentials(): { readonly username: string; readonly password: string };
  stream(name: string, options?: Omit<ProbeOptions, 'config'> & { readonly config?: object }): Promise<Stream>;
}

/** A server for the tests of one file. */
export function testDatabase(options?: StartPostgresOptions): TestDatabase {
  let server: RunningPostgres;
  let admin: pg.Client;
  beforeAll(async () => {
    server = await startPostgres(options);
    admin = new pg.Client({ connectionString: server.url });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await server.stop();
  });
  const config = (more: object = {}) => ({ host: server.host, port: server.port, database: 'postgres', ...more });
  const credentials = () => ({ username: server.user, password: server.password });
  return {
    server: () => server,
    sql: (text) => admin.query(text),
    config,
    credentials,
    stream: (name, options = {}) =>
      probeStream(postgres, name, { ...options, config: config(options.config), credentials: credentials() }),
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
