import pg from 'pg';
import { describeConnector } from '../../kit/connector-contract.ts';
import { type RunningPostgres, startPostgres } from '../../testing/embedded-postgres.ts';
import { postgres } from './index.ts';

const TABLES = `
  CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL, note jsonb, updated_at timestamptz NOT NULL);
  INSERT INTO customer (name, note, updated_at)
    SELECT 'Customer ' || i, jsonb_build_object('rank', i), now() - i * interval '1 hour' FROM generate_series(1, 2500) i;
  CREATE TABLE line (order_id int, line_no int, amount numeric, PRIMARY KEY (order_id, line_no));
  INSERT INTO line SELECT i / 10, i % 10, i / 7.0 FROM generate_series(1, 1500) i;
  CREATE TABLE log (at timestamptz, said text);
  INSERT INTO log SELECT '2024-01-01', 'line ' || i % 50 FROM generate_series(1, 200) i;`;

for (const cursorField of [undefined, 'updated_at']) {
  let server: RunningPostgres;
  describeConnector(postgres, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      server = await startPostgres();
      const admin = new pg.Client({ connectionString: server.url });
      await admin.connect();
      await admin.query(
        `${TABLES} CREATE ROLE canary LOGIN PASSWORD 'canary-4711'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO canary`,
      );
      await admin.end();
      return {
        config: { host: server.host, port: server.port, database: 'postgres' },
        credentials: { username: 'canary', password: 'canary-4711' },
        ...(cursorField !== undefined && { cursorField }),
      };
    },
    cleanup: () => server.stop(),
    refusedCredentials: () => ({ username: 'canary', password: 'not-the-canary-0815' }),
  });
}
