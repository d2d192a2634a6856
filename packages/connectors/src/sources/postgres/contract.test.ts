import pg from 'pg';
import { describeConnector } from '../../kit/connector-contract.ts';
import { type RunningPostgres, startPostgres } from '../../testing/embedded-postgres.ts';
import { LOGICAL } from './replication/testing-settings.ts';
import { postgres } from './index.ts';

const TABLES = `
  CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL, note jsonb, updated_at timestamptz NOT NULL);
  INSERT INTO customer (name, note, updated_at)
    SELECT 'Customer ' || i, jsonb_build_object('rank', i), now() - i * interval '1 hour' FROM generate_series(1, 2500) i;
  CREATE TABLE line (order_id int, line_no int, amount numeric, PRIMARY KEY (order_id, line_no));
  INSERT INTO line SELECT i / 10, i % 10, i / 7.0 FROM generate_series(1, 1500) i;
  CREATE TABLE log (at timestamptz, said text);
  INSERT INTO log SELECT '2024-01-01', 'line ' || i % 50 FROM generate_series(1, 200) i;`;

const WAYS = [{ mode: 'cursor' }, { mode: 'cursor', cursorField: 'updated_at' }, { mode: 'replication' }] as const;

for (const { mode, ...options } of WAYS) {
  let server: RunningPostgres;
  describeConnector(postgres, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      server = await startPostgres(LOGICAL);
      const admin = new pg.Client({ connectionString: server.url });
      await admin.connect();
      await admin.query(
        `${TABLES} CREATE ROLE canary LOGIN PASSWORD 'canary-4711'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO canary;
         ALTER ROLE canary REPLICATION; CREATE PUBLICATION tributary FOR TABLE customer, line`,
      );
      await admin.end();
      return {
        config: { host: server.host, port: server.port, database: 'postgres', mode },
        credentials: { username: 'canary', password: 'canary-4711' },
        ...options,
      };
    },
    cleanup: () => server.stop(),
    refusedCredentials: () => ({ username: 'canary', password: 'not-the-canary-0815' }),
  });
}
