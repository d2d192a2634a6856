import type { PostgresContext } from '../config.ts';
import { openLink } from '../open-client.ts';
import { toConnectorError } from '../postgres-error.ts';
import { slotName } from './replication-plan.ts';

/** Only ours, and only while nobody reads it: a job that still ends lets go of it within seconds. */
const DROP = `
  SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
  WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database() AND NOT active`;

/**
 * Drops the replication slot, for which the server would keep its log until the disk is full. The publication stays: it costs
 * nothing, and others may use it. Throws `ConnectorError`.
 */
export async function releaseSlot(ctx: PostgresContext): Promise<void> {
  if (ctx.config.mode === 'cursor') return;
  const link = await openLink(ctx);
  try {
    await link.rows(DROP, [slotName(ctx)]);
  } catch (error) {
    throw toConnectorError(error, 'Dropping the replication slot');
  } finally {
    await link.close();
  }
}
