import { defineDynamicConnector } from '../../kit/define-connector.ts';
import { auth, Config } from './config.ts';
import { discoverTables } from './discover-tables.ts';
import { inspectTables } from './inspect-tables.ts';
import { toConnectorError } from './mysql-error.ts';
import { openLink } from './open-client.ts';
import { tableStream } from './table-stream.ts';

/** Tables and views of a MySQL or MariaDB database. */
export const mysql = defineDynamicConnector(
  {
    id: 'mysql',
    title: 'MySQL and MariaDB',
    description:
      'Reads the tables and views of a MySQL or MariaDB database, at once as a snapshot and then by a cursor column.',
    labels: ['Database'],
    auth,
    config: Config,
    endpoint: ['host', 'port', 'database', 'ssl_mode', 'ca'],
    limits: { requestsPerMinute: 6_000, concurrency: 2 },
    async check(ctx) {
      const { config, credentials } = ctx;
      const link = await openLink(ctx);
      try {
        await link.rows('SELECT 1');
        return { account: `${credentials.username}@${config.host}/${config.database}` };
      } catch (error) {
        throw toConnectorError(error, `Asking ${config.host}`);
      } finally {
        await link.close();
      }
    },
    inspect: inspectTables,
  },
  async (ctx) => (await discoverTables(ctx)).map((table) => tableStream(ctx, table)),
);
