import { ConnectorError } from '../../../kit/connector-error.ts';
import type { PostgresContext } from '../config.ts';
import { type Link, openLink } from '../open-client.ts';
import { toConnectorError } from '../postgres-error.ts';
import { slotName } from './replication-plan.ts';

/** Ours, by all that can be told. */
const OURS = `FROM pg_replication_slots WHERE slot_name = $1 AND plugin = 'pgoutput' AND database = current_database()`;
const DROP = `SELECT pg_drop_replication_slot(slot_name) ${OURS} AND NOT active`;
/** A job that has ended lets go of its slot a moment later. */
const TRIES = 10;
const PAUSE_MS = 500;

/**
 * Drops the replication slot, for which the server would keep its log until the disk is full. The publication stays: it costs
 * nothing, and others may use it. Throws `ConnectorError`, `unavailable` when somebody goes on reading from the slot.
 */
export async function releaseSlot(ctx: PostgresContext): Promise<void> {
  if (ctx.config.mode === 'cursor') return;
  const link = await openLink(ctx);
  try {
    await dropSlot(ctx, link, slotName(ctx));
  } catch (error) {
    throw error instanceof ConnectorError ? error : toConnectorError(error, 'Dropping the replication slot');
  } finally {
    await link.close();
  }
}

async function dropSlot({ clock, signal }: PostgresContext, link: Link, slot: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await link.rows(DROP, [slot]);
    if ((await link.rows(`SELECT slot_name ${OURS}`, [slot])).length === 0) return;
    if (attempt === TRIES) throw new ConnectorError('unavailable', `The replication slot ${slot} is in use.`);
    await clock.sleep(PAUSE_MS, signal);
  }
}
