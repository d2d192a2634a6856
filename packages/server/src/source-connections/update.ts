import type { Actor } from '../auth/actor.ts';
import { errors } from '../errors.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { updateSourceConnection } from './repository.ts';
import { planSettingsChange, type SettingsChange } from './settings-change.ts';
import { getRow } from './views.ts';

const touchesSettings = ({ config, credentials, schedule }: UpdateInput): boolean =>
  config !== undefined || credentials !== undefined || schedule !== undefined;

/** Changes a source connection; absent fields keep their values. See `SourceConnectionService.update`. */
export async function changeSourceConnection(
  needs: CreateNeeds,
  actor: Actor,
  id: SourceConnectionId,
  change: UpdateInput,
  ifVersion: number | undefined,
): Promise<void> {
  const seen = await getRow(needs.control.db, actor.organizationId, id);
  const decision: SettingsChange = touchesSettings(change)
    ? await planSettingsChange(needs, actor, seen, change)
    : { columns: {} };
  await needs.control.transaction(async (tx) => {
    const row = await getRow(tx, actor.organizationId, id);
    if (ifVersion !== undefined && row.version !== ifVersion)
      throw errors.precondition_failed({ current: `"${row.version}"` });
    await updateSourceConnection(tx, actor.organizationId, id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.description !== undefined && { description: change.description }),
      ...decision.columns,
      modified_at: needs.clock.now(),
      modified_by_email: actor.email,
    });
    if (decision.sealed) {
      const credentialsRenewed = change.credentials !== undefined;
      await needs.connections.change(tx, actor, row.connection_id, { ...decision, credentialsRenewed });
    }
    await needs.audit.record(tx, actor, {
      action: 'source_connection.updated',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
}
