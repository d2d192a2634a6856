import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Selectable } from 'kysely';
import type { Actor } from '../auth/actor.ts';
import { splitConfig, unmask, type SealedSettings } from '../connections/settings.ts';
import type { ControlTables } from '../control/schema.ts';
import { errors } from '../errors.ts';
import type { CreateNeeds } from './create.ts';
import type { UpdateInput } from './model.ts';
import { proveChange, type ProvenAccount } from './outside-account.ts';
import type { JoinedRow } from './repository.ts';
import { resolveSchedule, type ScheduleColumns } from './schedule-input.ts';
import { checkCursorField, checkSettings } from './settings-check.ts';
import { configOf } from './views.ts';

type Columns = Partial<Selectable<ControlTables['source_connection']>>;

/** What a change of configuration, credentials or schedule means for the rows. */
export interface SettingsChange {
  readonly columns: Columns;
  readonly endpoint?: JsonObject;
  readonly sealed?: SealedSettings;
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
  const renewed = change.credentials ?? change.account;
  if (change.config === undefined && !renewed) return { columns: {} };
  const split = splitConfig(connector, after.config);
  const sealed = { credentials: after.credentials, config: split.secrets };
  // A credential that was just proven good ends the pause that its predecessor caused.
  const resumed: Columns = renewed && row.paused_by === 'credential' ? { paused_by: null, paused_at: null } : {};
  if (change.config === undefined) return { columns: resumed, sealed };
  return { columns: { ...resumed, config: JSON.stringify(split.options) }, endpoint: split.endpoint, sealed };
}

/** Checks a change of settings, by schema and by asking the source, and works out its rows; writes nothing. */
export async function planSettingsChange(
  needs: CreateNeeds,
  actor: Actor,
  row: JoinedRow,
  change: UpdateInput,
): Promise<SettingsChange> {
  if (change.credentials && row.auth_method !== 'direct') throw errors.credentials_not_direct({});
  const wanted = change.account?.readableId;
  if (wanted !== undefined) await needs.authProviders.get(actor, wanted);
  if (change.account && row.auth_method !== 'auth_provider') throw errors.auth_provider_not_used({});
  const connector = await needs.registry.get(row.connector);
  const schedule =
    change.schedule === undefined
      ? undefined
      : resolveSchedule(connector, change.schedule, needs.clock.now(), scheduleOf(row));
  const stored = await needs.connections.openSettings(needs.control.db, actor.organizationId, row.connection_id);
  const after = settingsAfter(row, stored, change);
  const planned = changeOf(connector, row, change, after);
  const newCursor = schedule?.cursor_field === row.cursor_field ? null : schedule?.cursor_field;
  const asks = planned.sealed !== undefined || Boolean(newCursor);
  const outside =
    row.auth_method === 'auth_provider' && asks
      ? await proveChange(needs, actor, row, change.account, connector)
      : undefined;
  const settings = { ...after, opened: outside?.opened };
  if (planned.sealed) await checkSettings(needs.probe, connector, settings);
  if (newCursor) await checkCursorField(needs.probe, connector, settings, newCursor);
  return { ...planned, columns: { ...planned.columns, ...schedule }, ...(outside && change.account && { outside }) };
}
