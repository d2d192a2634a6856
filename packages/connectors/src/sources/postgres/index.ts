import { defineDynamicConnector } from '../../kit/define-connector.ts';
import { auth, Config } from './config.ts';
import { discoverTables } from './discover-tables.ts';
import { openLink } from './open-client.ts';
import { toConnectorError } from './postgres-error.ts';
import { tableStream } from './table-stream.ts';

/** Tables and views of a PostgreSQL database. */
export const postgres = defineDynamicConnector(
  {
    id: 'postgres',
    title: 'PostgreSQL',
    description:
      'Reads the tables and views of a PostgreSQL database, at once as a snapshot and then by a cursor column.',
    labels: ['Database'],
    auth,
    config: Config,
    endpoint: ['host', 'port', 'database', 'sslmode', 'ca'],
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
  },
  async (ctx) => (await discoverTables(ctx)).map((table) => tableStream(ctx, table)),
);
