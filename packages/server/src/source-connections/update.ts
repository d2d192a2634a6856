import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { updateSourceConnection, type JoinedRow } from './repository.ts';
import { planSettingsChange, type SettingsChange } from './settings-change.ts';
import { getRow } from './views.ts';

const touchesSettings = ({ config, credentials, tokens, oauthClientId, account, schedule }: UpdateInput): boolean =>
  [config, credentials, tokens, oauthClientId, account, schedule].some((part) => part !== undefined);

function refuseStale(row: JoinedRow, ifVersion: number | undefined): void {
  if (ifVersion !== undefined && row.version !== ifVersion)
    throw errors.precondition_failed({ current: `"${row.version}"` });
}

interface Decided {
  readonly change: UpdateInput;
  readonly settings: SettingsChange;
  readonly ifVersion: number | undefined;
  /** The version that the settings were decided on; undefined when they do not change. */
  readonly decidedOn: number | undefined;
}

/** Writes a change and gives the row as it is then; undefined, with nothing written, when another change came first. */
async function write(
  { clock, connections, audit }: CreateNeeds,
  tx: Queryable,
  actor: Actor,
  id: SourceConnectionId,
  { change, settings, ifVersion, decidedOn }: Decided,
): Promise<JoinedRow | undefined> {
  const { organizationId } = actor;
  const row = await getRow(tx, organizationId, id);
  refuseStale(row, ifVersion);
  if (decidedOn !== undefined && decidedOn !== row.version) return undefined;
  const columns = {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.description !== undefined && { description: change.description }),
    ...settings.columns,
    modified_at: clock.now(),
    modified_by_email: actor.email,
  };
  // PostgreSQL lets another transaction change the row since it was read here.
  if (!(await updateSourceConnection(tx, organizationId, id, columns, row.version))) return undefined;
  const touchesConnection = settings.sealed !== undefined || settings.oauthClientId !== undefined;
  if (touchesConnection) {
    const renewed = [change.credentials, change.tokens, change.account];
    const credentialsRenewed = renewed.some((part) => part !== undefined);
    await connections.change(tx, actor, row.connection_id, { ...settings, credentialsRenewed });
  }
  await audit.record(tx, actor, {
    action: 'source_connection.updated',
    subjectKind: 'source_connection',
    subjectId: id,
  });
  return touchesConnection ? getRow(tx, organizationId, id) : { ...row, ...columns, version: row.version + 1 };
}

/**
 * Changes a source connection; absent fields keep their values. Gives the row as it is then. See
 * `SourceConnectionService.update`. Settings are decided on while the source is asked, outside of any transaction: when
 * another change was stored meanwhile, they are decided on anew, so that neither is lost.
 */
export async function changeSourceConnection(
  needs: CreateNeeds,
  actor: Actor,
  id: SourceConnectionId,
  change: UpdateInput,
  ifVersion: number | undefined,
): Promise<JoinedRow> {
  const { control } = needs;
  for (;;) {
    const seen = touchesSettings(change) ? await getRow(control.db, actor.organizationId, id) : undefined;
    if (seen) refuseStale(seen, ifVersion);
    const settings: SettingsChange = seen ? await planSettingsChange(needs, actor, seen, change) : { columns: {} };
    const decided = { change, settings, ifVersion, decidedOn: seen?.version };
    const changed = await control.transaction((tx) => write(needs, tx, actor, id, decided));
    if (changed) return changed;
  }
}
