import type { Actor } from '../auth/actor.ts';
import type { ConnectionStatus } from '../control/schema.ts';
import { AppError } from '../errors.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { getShown, getSource, settingsOf, type FoundSource, type SourceNeeds } from './lookup.ts';
import type { IntegrationSource } from './model.ts';
import { upsertFacts } from './repository.ts';

export interface Tested {
  readonly source: IntegrationSource;
  /** What to change; null: it went well. */
  readonly problem: string | null;
}

interface Outcome {
  readonly status: ConnectionStatus;
  readonly problem: string | null;
}

async function ask(needs: SourceNeeds, found: FoundSource): Promise<Outcome> {
  try {
    await needs.probe.check(await settingsOf(needs, found));
    return { status: 'connected', problem: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const away = error.code === 'source_unreachable' || error.code === 'source_rate_limited';
    return { status: away ? 'disconnected' : 'error', problem: error.message };
  }
}

/** Asks the source with what is stored, and keeps how that went and when. */
export async function testSource(needs: SourceNeeds, actor: Actor, id: ConnectionId): Promise<Tested> {
  const { organizationId } = actor;
  const found = await getSource(needs, needs.control.db, organizationId, id);
  const { status, problem } = await ask(needs, found);
  await needs.control.transaction(async (tx) => {
    const { row } = await getSource(needs, tx, organizationId, id);
    const now = needs.clock.now();
    // Changed while it was asked: what was found out is about other settings.
    const known = row.revision === found.row.revision ? { connection_status: status } : {};
    await upsertFacts(tx, organizationId, id, { ...known, last_connection_test: now, modified_at: now });
    const action = 'integration_source.tested';
    await needs.audit.record(tx, actor, { action, subjectKind: 'connection', subjectId: id });
  });
  return { source: await getShown(needs, organizationId, id), problem };
}
