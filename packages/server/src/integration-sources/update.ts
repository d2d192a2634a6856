import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import type { ConnectionChange } from '../connections/service.ts';
import type { Queryable } from '../control/database.ts';
import { EVERYTHING, type Selection } from '../engine/selection.ts';
import { errors } from '../errors.ts';
import type { ConnectionId } from '../lib/ids.ts';
import type { OrderChange } from '../source-connections/orders.ts';
import { putOver } from '../source-connections/orders.ts';
import { descriptionColumns, writeDescription } from './description-version.ts';
import { getSource, optionsOf, type FoundSource, type SourceNeeds } from './lookup.ts';
import type { SourceChange } from './model.ts';
import { listFacts, upsertFacts, type FactsRow } from './repository.ts';
import { planSettings, type PlannedSettings } from './settings.ts';
import { writtenSync } from './view.ts';

type Facts = Partial<FactsRow>;

const given = (change: SourceChange): readonly (keyof SourceChange)[] =>
  (Object.keys(change) as (keyof SourceChange)[]).filter((name) => change[name] !== undefined);

/** What may be changed of a system source. */
const openFields = new Set<keyof SourceChange>([
  'description',
  'descriptionSource',
  'descriptionGeneratedAt',
  'descriptionVersion',
  'isActive',
]);

/** Names of the fields as the published document has them. */
const wireName = (name: string): string =>
  name === 'label' ? 'instance_label' : name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function refuseProtected({ shown }: FoundSource, change: SourceChange): void {
  const fields = given(change).filter((name) => !openFields.has(name));
  if (shown.isSystem && fields.length > 0) throw errors.system_source_protected({ fields: fields.map(wireName) });
}

/** A selection of whole streams by name, with what it says of fields and newcomers kept; null: all streams. */
export function selectionFrom(streams: readonly string[] | null, before: Selection = EVERYTHING): Selection {
  return { ...before, include: streams === null ? ['*'] : [...new Set(streams)], exclude: [] };
}

const airbyteIds = (first: string | null, list: readonly string[] | null): Facts => ({
  airbyte_connection_id: first,
  airbyte_connection_ids: list && JSON.stringify(list),
});

/** Only the single id was given: it stands for the whole list while that has no others. */
function singleAirbyteId(id: string | null, stored: readonly string[] | null): Facts {
  if (id === null) return airbyteIds(null, null);
  if (stored?.includes(id)) return { airbyte_connection_id: id };
  if (stored && stored.length > 1) throw errors.airbyte_connection_incoherent({ id });
  return airbyteIds(id, [id]);
}

/** The list and the single id say the same. */
function airbyteColumns(
  { airbyteConnectionId: id, airbyteConnectionIds: ids }: SourceChange,
  stored: readonly string[] | null,
): Facts {
  if (ids === undefined) return id === undefined ? {} : singleAirbyteId(id, stored);
  const [first = null] = ids ?? [];
  if (typeof id === 'string' && ids?.includes(id) !== true) throw errors.airbyte_connection_incoherent({ id });
  return airbyteIds(id ?? first, ids);
}

function syncColumns(found: FoundSource, change: SourceChange, now: number): Facts {
  const { lastSyncAt, lastSyncStatus, lastSyncRowCount } = change;
  const told = {
    ...(lastSyncAt !== undefined && { at: lastSyncAt }),
    ...(lastSyncStatus !== undefined && { status: lastSyncStatus }),
    ...(lastSyncRowCount !== undefined && { rowCount: lastSyncRowCount }),
  };
  if (Object.keys(told).length === 0) return {};
  return {
    written_sync: JSON.stringify({ ...writtenSync(found.facts, found.orders), ...told }),
    written_sync_at: now,
  };
}

/** Columns that are kept as they are given. */
function plainColumns(change: SourceChange): Facts {
  const { capabilities, connectionStatus, lastConnectionTest, legacyDataSourceId, systemSourceId } = change;
  return {
    ...(capabilities !== undefined && { capabilities: JSON.stringify(capabilities) }),
    ...(connectionStatus !== undefined && { connection_status: connectionStatus }),
    ...(lastConnectionTest !== undefined && { last_connection_test: lastConnectionTest }),
    ...(legacyDataSourceId !== undefined && { legacy_data_source_id: legacyDataSourceId }),
    ...(systemSourceId !== undefined && { system_source_id: systemSourceId }),
    ...(change.airbyteSourceId !== undefined && { airbyte_source_id: change.airbyteSourceId }),
    ...(change.airbyteDestinationId !== undefined && { airbyte_destination_id: change.airbyteDestinationId }),
  };
}

/** Columns that wait for a source connection while there is none. */
function waitingColumns(found: FoundSource, change: SourceChange, settings: PlannedSettings | undefined): Facts {
  if (found.orders.length > 0) return {};
  const { selectedStreams } = change;
  const streams = selectedStreams && JSON.stringify([...new Set(selectedStreams)]);
  const options: JsonObject | undefined = settings && putOver(optionsOf(found), settings.options);
  return {
    ...(selectedStreams !== undefined && { selected_streams: streams ?? null }),
    ...(options && { read_options: JSON.stringify(options) }),
  };
}

async function planChangedSettings(
  needs: SourceNeeds,
  tx: Queryable,
  found: FoundSource,
  configuration: JsonObject,
): Promise<PlannedSettings> {
  const { row, connector } = found;
  const sealed = await needs.connections.openSettings(tx, row.organization_id, row.id);
  const endpoint = JSON.parse(row.endpoint) as JsonObject;
  return planSettings(connector, { endpoint, options: optionsOf(found), sealed }, configuration);
}

function connectionChange(
  { orders }: FoundSource,
  { name, isActive, label }: SourceChange,
  settings: PlannedSettings | undefined,
): ConnectionChange | undefined {
  const change: ConnectionChange = {
    ...(name !== undefined && orders.length === 0 && { displayName: name }),
    ...(isActive !== undefined && { enabled: isActive }),
    ...(label !== undefined && { label }),
    ...(settings && {
      endpoint: settings.endpoint,
      sealed: settings.sealed,
      credentialsRenewed: settings.credentialsGiven && settings.authenticated,
    }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

async function changeOrders(
  needs: SourceNeeds,
  tx: Queryable,
  actor: Actor,
  found: FoundSource,
  { name, selectedStreams }: SourceChange,
  settings: PlannedSettings | undefined,
): Promise<void> {
  for (const [place, order] of found.orders.entries()) {
    const change: OrderChange = {
      // The others keep names of their own.
      ...(name !== undefined && place === 0 && { name }),
      ...(selectedStreams !== undefined && { selection: selectionFrom(selectedStreams, order.selection) }),
      ...(settings && Object.keys(settings.options).length > 0 && { options: settings.options }),
      ...(settings?.credentialsGiven && settings.authenticated && { resume: true }),
    };
    if (Object.keys(change).length > 0) await needs.orders.change(tx, actor, order.id, change);
  }
}

async function refuseUnknownSystemSource(tx: Queryable, actor: Actor, { systemSourceId }: SourceChange): Promise<void> {
  if (systemSourceId === undefined || systemSourceId === null) return;
  const facts = (await listFacts(tx, actor.organizationId, [systemSourceId])).get(systemSourceId);
  if (facts?.is_system !== 1) throw errors.system_source_unknown({ id: systemSourceId });
}

/**
 * Changes a source in the caller's transaction, as far as the fields are given; without any, nothing is written.
 * See `IntegrationSourceService.update`.
 */
export async function changeSource(
  needs: SourceNeeds,
  tx: Queryable,
  actor: Actor,
  id: ConnectionId,
  change: SourceChange,
): Promise<void> {
  const found = await getSource(needs, tx, actor.organizationId, id);
  refuseProtected(found, change);
  if (given(change).length === 0) return;
  await refuseUnknownSystemSource(tx, actor, change);
  const now = needs.clock.now();
  const description = descriptionColumns(found.shown.description, change, now);
  const { configuration } = change;
  const settings = configuration && (await planChangedSettings(needs, tx, found, configuration));
  const connection = connectionChange(found, change, settings);
  if (connection) await needs.connections.change(tx, actor, id, connection);
  await changeOrders(needs, tx, actor, found, change, settings);
  await upsertFacts(tx, actor.organizationId, id, {
    // What is known of the connection was about other settings.
    ...(settings && { connection_status: 'unknown', last_connection_test: null }),
    ...plainColumns(change),
    ...airbyteColumns(change, found.shown.airbyte.connectionIds),
    ...syncColumns(found, change, now),
    ...waitingColumns(found, change, settings),
    ...description.columns,
    modified_at: now,
  });
  await writeDescription(tx, actor.organizationId, id, found.shown.description, description);
}
