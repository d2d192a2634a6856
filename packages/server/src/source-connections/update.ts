import type { Actor } from '../auth/actor.ts';
import { errors } from '../errors.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { updateSourceConnection, type JoinedRow } from './repository.ts';
import { planSettingsChange, type SettingsChange } from './settings-change.ts';
import { getRow } from './views.ts';

const touchesSettings = ({ config, credentials, schedule }: UpdateInput): boolean =>
  config !== undefined || credentials !== undefined || schedule !== undefined;

/** Changes a source connection; absent fields keep their values. Gives the row as it is then. See `SourceConnectionService.update`. */
export async function changeSourceConnection(
  needs: CreateNeeds,
  actor: Actor,
  id: SourceConnectionId,
  change: UpdateInput,
  ifVersion: number | undefined,
): Promise<JoinedRow> {
  const { control, clock, connections, audit } = needs;
  const { organizationId } = actor;
  const decision: SettingsChange = touchesSettings(change)
    ? await planSettingsChange(needs, actor, await getRow(control.db, organizationId, id), change)
    : { columns: {} };
  return control.transaction(async (tx) => {
    const row = await getRow(tx, organizationId, id);
    if (ifVersion !== undefined && row.version !== ifVersion)
      throw errors.precondition_failed({ current: `"${row.version}"` });
    const columns = {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.description !== undefined && { description: change.description }),
      ...decision.columns,
      modified_at: clock.now(),
      modified_by_email: actor.email,
    };
    await updateSourceConnection(tx, organizationId, id, columns);
    if (decision.sealed) {
      const credentialsRenewed = change.credentials !== undefined;
      await connections.change(tx, actor, row.connection_id, { ...decision, credentialsRenewed });
    }
    await audit.record(tx, actor, {
      action: 'source_connection.updated',
      subjectKind: 'source_connection',
      subjectId: id,
    });
    return decision.sealed ? getRow(tx, organizationId, id) : { ...row, ...columns, version: row.version + 1 };
  });
}
