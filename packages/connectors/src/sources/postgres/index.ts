import { defineDynamicConnector } from '../../kit/define-connector.ts';
import { auth, Config, type PostgresContext } from './config.ts';
import { discoverStreams, planOf } from './discover-streams.ts';
import { discoverTables } from './discover-tables.ts';
import { inspectTables } from './inspect-tables.ts';
import { openLink } from './open-client.ts';
import { toConnectorError } from './postgres-error.ts';
import { releaseSlot } from './replication/release-slot.ts';
import { describePlan } from './replication/replication-plan.ts';

/** Tables and views of a PostgreSQL database. */
export const postgres = defineDynamicConnector(
  {
    id: 'postgres',
    title: 'PostgreSQL',
    description:
      'Reads the tables and views of a PostgreSQL database, at once as a snapshot and then by a cursor column or by logical replication.',
    labels: ['Database'],
    auth,
    config: Config,
    endpoint: ['host', 'port', 'database', 'sslmode', 'ca'],
    continuous: { everySeconds: 1, onRequest: true },
    limits: { requestsPerMinute: 6_000, concurrency: 2 },
    async check(ctx) {
      const { config, credentials } = ctx;
      const plan = config.mode === 'cursor' ? await ask(ctx) : await planOf(ctx, await discoverTables(ctx));
      const account = `${credentials.username}@${config.host}/${config.database}`;
      if (!plan) return { account };
      const how = 'hindrance' in plan ? `by reading, not by replication: ${plan.hindrance}` : describePlan(plan);
      return { account: `${account} (finds changes: ${how})` };
    },
    release: releaseSlot,
    inspect: inspectTables,
  },
  discoverStreams,
);

async function ask(ctx: PostgresContext): Promise<undefined> {
  const link = await openLink(ctx);
  try {
    await link.rows('SELECT 1');
  } catch (error) {
    throw toConnectorError(error, `Asking ${ctx.config.host}`);
  } finally {
    await link.close();
  }
}
