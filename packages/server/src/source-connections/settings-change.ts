import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Selectable } from 'kysely';
import type { Actor } from '../auth/actor.ts';
import { splitConfig, unmask, type SealedSettings, type SettingsToSeal } from '../connections/settings.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OAuthClientId } from '../lib/ids.ts';
import { checkAccountChange, planAccountChange } from './account-change.ts';
import { resumedColumns } from './authorization/good-credential.ts';
import { checkGrantChange, planGrantChange } from './authorization/grant-change.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import type { ProvenAccount } from './outside-account.ts';
import type { JoinedRow } from './repository.ts';
import { resolveSchedule, type ScheduleColumns } from './schedule-input.ts';
import { checkCursorField, checkSettings } from './settings-check.ts';
import { configOf } from './views.ts';

type Columns = Partial<Selectable<ControlTables['source_connection']>>;

/** What a change of configuration, credentials or schedule means for the rows. */
export interface SettingsChange {
  readonly columns: Columns;
  readonly endpoint?: JsonObject;
  readonly sealed?: SettingsToSeal;
  readonly oauthClientId?: OAuthClientId | null;
  /** Another account of an outside vault. */
  readonly outside?: ProvenAccount;
}

interface Settings {
  readonly config: JsonObject;
  readonly credentials: JsonObject;
}

const scheduleOf = (row: JoinedRow): ScheduleColumns => ({
  cron: row.cron,
  timezone: row.timezone,
  continuous: row.continuous,
  cursor_field: row.cursor_field,
  next_run_at: row.next_run_at,
});

/** The stored settings with the change on top: what a live check has to prove. */
function settingsAfter(row: JoinedRow, stored: SealedSettings, change: UpdateInput): Settings {
  return {
    config:
      change.config === undefined ? { ...configOf(row), ...stored.config } : unmask(change.config ?? {}, stored.config),
    credentials: change.credentials ? unmask(change.credentials, stored.credentials) : stored.credentials,
  };
}

function changeOf(connector: Connector, row: JoinedRow, change: UpdateInput, after: Settings): SettingsChange {
  if (change.config === undefined && !change.credentials) return { columns: {} };
  const split = splitConfig(connector, after.config);
  const sealed = { credentials: after.credentials, config: split.secrets };
  const columns = change.credentials ? resumedColumns(row) : {};
  if (change.config === undefined) return { columns, sealed };
  return { columns: { ...columns, config: JSON.stringify(split.options) }, endpoint: split.endpoint, sealed };
}

/** Checks a change of settings, by schema and by asking the source, and works out its rows; writes nothing. */
export async function planSettingsChange(
  needs: CreateNeeds,
  actor: Actor,
  row: JoinedRow,
  change: UpdateInput,
): Promise<SettingsChange> {
  await checkGrantChange(needs, actor, row, change);
  await checkAccountChange(needs, actor, row, change);
  const connector = await needs.registry.get(actor.organizationId, row.connector);
  const schedule = scheduleAfter(needs, connector, row, change);
  const stored = await needs.connections.openSettings(needs.control.db, actor.organizationId, row.connection_id);
  const after = settingsAfter(row, stored, change);
  const connection = { organizationId: actor.organizationId, id: row.connection_id };
  const question = { row, change, connector, stored, config: after.config };
  const byGrant = await planByMethod(needs, actor, question);
  const planned = byGrant?.planned ?? changeOf(connector, row, change, after);
  if (planned.sealed && !byGrant)
    await checkSettings(needs.probe, connector, after.config, after.credentials, connection);
  // Before a person has allowed access, nobody can be asked.
  if (schedule?.cursor_field && schedule.cursor_field !== row.cursor_field && byGrant?.asks !== false)
    await checkCursorField(
      needs.probe,
      connector,
      { ...after, ...byGrant?.settings, placeholdersOf: connection },
      schedule.cursor_field,
    );
  return {
    ...planned,
    ...(change.oauthClientId !== undefined && { oauthClientId: change.oauthClientId }),
    columns: { ...planned.columns, ...schedule },
  };
}

/** For connections whose credentials nobody types in; `undefined` for the others. */
async function planByMethod(needs: CreateNeeds, actor: Actor, question: Parameters<typeof planGrantChange>[1]) {
  return (await planGrantChange(needs, question)) ?? planAccountChange(needs, actor, question);
}

function scheduleAfter(
  { clock }: CreateNeeds,
  connector: Connector,
  row: JoinedRow,
  { schedule }: UpdateInput,
): ScheduleColumns | undefined {
  if (schedule === undefined) return undefined;
  const columns = resolveSchedule(connector, schedule, clock.now(), scheduleOf(row));
  return row.sync_id === null ? { ...columns, next_run_at: null } : columns;
}
