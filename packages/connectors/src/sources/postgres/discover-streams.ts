import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import type { PostgresContext } from './config.ts';
import { discoverTables } from './discover-tables.ts';
import { openLink } from './open-client.ts';
import { toConnectorError } from './postgres-error.ts';
import { ReplicationFeed } from './replication/replication-feed.ts';
import { replicatedStream } from './replication/replicated-stream.ts';
import { type Hindrance, planReplication, type ReplicationPlan } from './replication/replication-plan.ts';
import { streamName, type Table } from './table.ts';
import { tableStream } from './table-stream.ts';

/** The tables as streams, each read in the way that the configuration asks for and the server allows. */
export async function discoverStreams(ctx: PostgresContext): Promise<readonly Stream[]> {
  const tables = await discoverTables(ctx);
  const plan = await planOf(ctx, tables);
  if (!plan) return tables.map((table) => tableStream(ctx, table));
  if ('hindrance' in plan) {
    ctx.log.warn({ reason: plan.hindrance }, 'finds changes by reading, not by logical replication');
    return tables.map((table) => tableStream(ctx, table));
  }
  const feed = new ReplicationFeed(ctx, plan);
  const members = new Set(plan.members);
  for (const [table, reason] of plan.others) {
    ctx.log.warn({ table: streamName(table), reason }, 'finds the changes of a table by reading it');
  }
  return tables.map((table) => (members.has(table) ? replicatedStream(ctx, table, feed) : tableStream(ctx, table)));
}

/**
 * How the tables would be replicated, or why they cannot be; `undefined` when that is not wanted. Throws
 * `ConnectorError('configuration')` when nothing else is wanted.
 */
export async function planOf(
  ctx: PostgresContext,
  tables: readonly Table[],
): Promise<ReplicationPlan | Hindrance | undefined> {
  const { mode } = ctx.config;
  if (mode === 'cursor') return undefined;
  if (ctx.options.streamsAlone) return { hindrance: 'this reader takes each table by itself.' };
  const link = await openLink(ctx);
  try {
    const plan = await planReplication(ctx, link, tables);
    if (mode === 'replication' && 'hindrance' in plan)
      throw new ConnectorError('configuration', `Logical replication cannot be used: ${plan.hindrance}`);
    return plan;
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, 'Looking whether logical replication can be used');
  } finally {
    await link.close();
  }
}
