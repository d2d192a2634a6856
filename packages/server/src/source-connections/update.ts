import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Updateable } from 'kysely';
import type { Actor } from '../auth/actor.ts';
import { splitConfig, unmask, type SealedSettings } from '../connections/settings.ts';
import type { ControlTables } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { SourceConnectionId } from '../lib/ids.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { updateSourceConnection, type JoinedRow } from './repository.ts';
import { resolveSchedule, type ScheduleColumns } from './schedule-input.ts';
import { checkCursorField, checkSettings } from './settings-check.ts';
import { configOf, getRow } from './views.ts';

/** What a change means for the rows, decided before the transaction. */
interface Decision {
  readonly columns: Updateable<ControlTables['source_connection']>;
  readonly endpoint?: JsonObject;
  readonly sealed?: SealedSettings;
}

const scheduleOf = (row: JoinedRow): ScheduleColumns => ({
  cron: row.cron,
  timezone: row.timezone,
  continuous: row.continuous,
  cursor_field: row.cursor_field,
  next_run_at: row.next_run_at,
});

/** The stored settings with the change on top: what a live check has to prove. */
function settingsAfter(
  row: JoinedRow,
  stored: SealedSettings,
  change: UpdateInput,
): { config: JsonObject; credentials: JsonObject } {
  const before = { ...configOf(row), ...stored.config };
  return {
    config: change.config === undefined ? before : unmask(change.config ?? {}, stored.config),
    credentials: change.credentials ? unmask(change.credentials, stored.credentials) : stored.credentials,
  };
}

async function decide(needs: CreateNeeds, actor: Actor, row: JoinedRow, change: UpdateInput): Promise<Decision> {
  if (change.credentials && row.auth_method !== 'direct') throw errors.credentials_not_direct({});
  const touchesSource =
    change.credentials !== undefined || change.config !== undefined || change.schedule !== undefined;
  const columns: Updateable<ControlTables['source_connection']> = {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.description !== undefined && { description: change.description }),
  };
  if (!touchesSource) return { columns };
  const connector = await needs.registry.get(row.connector);
  const schedule =
    change.schedule === undefined
      ? undefined
      : resolveSchedule(connector, change.schedule, needs.clock.now(), scheduleOf(row));
  const stored = await needs.connections.openSettings(needs.control.db, actor.organizationId, row.connection_id);
  const after = settingsAfter(row, stored, change);
  if (change.credentials || change.config !== undefined)
    await checkSettings(needs.probe, connector, after.config, after.credentials);
  if (schedule?.cursor_field && schedule.cursor_field !== row.cursor_field)
    await checkCursorField(needs.probe, connector, after, schedule.cursor_field);
  const split = splitConfig(connector, after.config);
  return {
    columns: {
      ...columns,
      ...schedule,
      ...(change.config !== undefined && { config: JSON.stringify(split.options) }),
      ...(change.credentials && row.paused_by === 'credential' && { paused_by: null, paused_at: null }),
    },
    ...(change.config !== undefined && { endpoint: split.endpoint }),
    ...((change.credentials || change.config !== undefined) && {
      sealed: { credentials: after.credentials, config: split.secrets },
    }),
  };
}

/** Changes a source connection; absent fields keep their values. See `SourceConnectionService.update`. */
export async function changeSourceConnection(
  needs: CreateNeeds,
  actor: Actor,
  id: SourceConnectionId,
  change: UpdateInput,
  ifVersion: number | undefined,
): Promise<void> {
  const seen = await getRow(needs.control.db, actor.organizationId, id);
  const decision = await decide(needs, actor, seen, change);
  await needs.control.transaction(async (tx) => {
    const row = await getRow(tx, actor.organizationId, id);
    if (ifVersion !== undefined && row.version !== ifVersion)
      throw errors.precondition_failed({ current: `"${row.version}"` });
    await updateSourceConnection(tx, actor.organizationId, id, {
      ...decision.columns,
      modified_at: needs.clock.now(),
      modified_by_email: actor.email,
    });
    if (decision.endpoint || decision.sealed) {
      await needs.connections.change(tx, actor, row.connection_id, {
        ...(decision.endpoint && { endpoint: decision.endpoint }),
        ...(decision.sealed && { sealed: decision.sealed, credentialsRenewed: change.credentials !== undefined }),
      });
    }
    await needs.audit.record(tx, actor, {
      action: 'source_connection.updated',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
}
