import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { mariadbProgram, type RunningMariadb, startMariadb } from '../../testing/mariadb-server.ts';
import { mysql } from './index.ts';
import { connectTo } from './testing-database.ts';

const TABLES = `
  CREATE TABLE customer (id int AUTO_INCREMENT PRIMARY KEY, name varchar(80) NOT NULL, note json, updated_at timestamp NOT NULL);
  INSERT INTO customer (name, note, updated_at)
    SELECT CONCAT('Customer ', seq), JSON_OBJECT('rank', seq), now() - INTERVAL seq HOUR FROM seq_1_to_2500;
  CREATE TABLE line (order_id int, line_no int, amount decimal(20,10), PRIMARY KEY (order_id, line_no));
  INSERT INTO line SELECT seq DIV 10, seq MOD 10, seq / 7.0 FROM seq_1_to_1500;
  CREATE TABLE log (at datetime, said text);
  INSERT INTO log SELECT '2024-01-01', CONCAT('line ', seq MOD 50) FROM seq_1_to_200;
  CREATE USER 'canary'@'%' IDENTIFIED BY 'canary-4711'; GRANT SELECT ON test.* TO 'canary'@'%'`;

for (const cursorField of [undefined, 'updated_at']) {
  let server: RunningMariadb;
  describe.skipIf(mariadbProgram === undefined)(`with ${cursorField ?? 'no'} cursor field`, () => {
    describeConnector(mysql, {
      http: { none: 'it speaks no HTTP' },
      async prepare() {
        server = await startMariadb();
        const admin = await connectTo(server);
        await admin.query(TABLES);
        await admin.end();
        return {
          config: { host: server.host, port: server.port, database: server.database },
          credentials: { username: 'canary', password: 'canary-4711' },
          ...(cursorField !== undefined && { cursorField }),
        };
      },
      cleanup: () => server.stop(),
      refusedCredentials: () => ({ username: 'canary', password: 'not-the-canary-0815' }),
    });
  });
}
