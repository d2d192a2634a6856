import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { z } from 'zod';
import type { ConnectionRow } from '../connections/service.ts';
import type { Order } from '../source-connections/orders.ts';
import { isSelected, type Selection } from '../engine/selection.ts';
import type { IntegrationSource, SourceType, SyncFigures, SyncStatus } from './model.ts';
import type { FactsRow } from './repository.ts';

/** Databases and stores of documents are `database`; their connectors say so in a label. */
export function sourceTypeOf({ labels }: Pick<Connector, 'labels'>): SourceType {
  return labels.some((label) => /^(?:databases?|document stores?|search engines?)$/i.test(label)) ? 'database' : 'saas';
}

/** What the connector can do, in the words of the catalogue. */
export function capabilitiesOf(connector: Connector): string[] {
  return [
    'test',
    'streams',
    'sync',
    'search',
    'columns',
    ...(connector.continuous ? ['continuous'] : []),
    ...(connector.inspect ? ['information_schema', 'relationships'] : []),
  ];
}

/** Without the fields that the connector marks as secret: not even a mask of them is shown. */
function withoutSecrets(connector: Connector, settings: JsonObject): JsonObject {
  const isSecret = (name: string): boolean => {
    const field = connector.config.shape[name];
    return field instanceof z.ZodType && field.meta()?.['secret'] === true;
  };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !isSecret(name)));
}

const ranAt = ({ lastJob, createdAt }: Order): number => lastJob?.requestedAt ?? createdAt - Number.MAX_SAFE_INTEGER;

/** The one that last ran first. */
export function inOrderOfRuns(orders: readonly Order[]): readonly Order[] {
  return orders.toSorted((one, other) => ranAt(other) - ranAt(one));
}

function statusOf({ status }: Order): SyncStatus {
  if (status.setup !== 'ready') return 'auth_required';
  if (status.run !== 'idle') return 'running';
  // Set up, and never run to an end.
  if (status.freshness === 'never') return 'configuring';
  return status.freshness === 'fresh' ? 'success' : 'failed';
}

function figuresOf(shown: Order | undefined): SyncFigures {
  if (!shown) return { at: null, status: null, rowCount: null };
  const done = shown.lastCompleted;
  const counts = done?.counts;
  return {
    at: done?.completedAt ?? null,
    status: statusOf(shown),
    rowCount: counts ? counts.inserted + counts.updated + counts.kept : null,
  };
}

/** What a caller has written stands until a job that was asked for later. */
export function writtenSync(facts: FactsRow | undefined, orders: readonly Order[]): Partial<SyncFigures> {
  const { written_sync: written = null, written_sync_at: at = null } = facts ?? {};
  if (written === null || at === null) return {};
  const isOver = orders.some(({ lastJob }) => lastJob !== null && lastJob.requestedAt > at);
  return isOver ? {} : (JSON.parse(written) as Partial<SyncFigures>);
}

/** The streams that a selection names; null: all. One that leaves some out, or names patterns, needs to know what there is. */
export function selectedStreams(
  { include, exclude }: Selection,
  known: readonly string[] | undefined,
): readonly string[] | null {
  const takesAll = include.length === 1 && include[0] === '*';
  if (takesAll && exclude.length === 0) return null;
  const isPlain = exclude.length === 0 && include.every((name) => !name.includes('*'));
  if (isPlain || !known) return include.filter((name) => name !== '*');
  return known.filter((name) => isSelected({ include, exclude }, name));
}

export interface SourceParts {
  readonly row: ConnectionRow;
  readonly connector: Connector;
  readonly facts: FactsRow | undefined;
  readonly orders: readonly Order[];
  /** Of the order that is shown, where its selection cannot be told without. */
  readonly known: readonly string[] | undefined;
}

const parse = <T>(text: string | null | undefined): T | null =>
  text === null || text === undefined ? null : (JSON.parse(text) as T);

/** What is there while nothing is kept. */
const noFacts: Omit<FactsRow, 'connection_id' | 'organization_id' | 'modified_at'> = {
  is_system: 0,
  capabilities: null,
  connection_status: 'unknown',
  last_connection_test: null,
  legacy_data_source_id: null,
  system_source_id: null,
  airbyte_source_id: null,
  airbyte_connection_id: null,
  airbyte_connection_ids: null,
  airbyte_destination_id: null,
  written_sync: null,
  written_sync_at: null,
  selected_streams: null,
  read_options: null,
  description: null,
  description_source: null,
  description_generated_at: null,
  description_version: 1,
};

function keptFacts(facts: typeof noFacts, connector: Connector) {
  return {
    capabilities: parse<string[]>(facts.capabilities) ?? capabilitiesOf(connector),
    isSystem: facts.is_system === 1,
    connectionStatus: facts.connection_status,
    lastConnectionTest: facts.last_connection_test,
    legacyDataSourceId: facts.legacy_data_source_id,
    systemSourceId: facts.system_source_id,
    airbyte: {
      sourceId: facts.airbyte_source_id,
      connectionId: facts.airbyte_connection_id,
      connectionIds: parse<string[]>(facts.airbyte_connection_ids),
      destinationId: facts.airbyte_destination_id,
    },
    description: {
      text: facts.description,
      source: facts.description_source,
      generatedAt: facts.description_generated_at,
      version: facts.description_version,
    },
  };
}

/** Puts a source together from its connection, what reads it, and what is kept of it. */
export function toIntegrationSource({ row, connector, facts, orders, known }: SourceParts): IntegrationSource {
  const sorted = inOrderOfRuns(orders);
  const [shown] = sorted;
  const kept = facts ?? { ...noFacts, modified_at: 0 };
  const options = shown?.options ?? parse<JsonObject>(kept.read_options) ?? {};
  return {
    id: row.id,
    organizationId: row.organization_id,
    name: shown?.name ?? row.display_name ?? row.handle,
    sourceType: sourceTypeOf(connector),
    connectorType: row.connector_given,
    isSync: orders.length > 0,
    configuration: withoutSecrets(connector, { ...(JSON.parse(row.endpoint) as JsonObject), ...options }),
    isActive: row.enabled === 1,
    ...keptFacts(kept, connector),
    label: row.label,
    lastSync: { ...figuresOf(shown), ...writtenSync(facts, orders) },
    selectedStreams: shown ? selectedStreams(shown.selection, known) : parse<string[]>(kept.selected_streams),
    createdAt: row.created_at,
    modifiedAt: Math.max(row.modified_at, kept.modified_at, ...orders.map(({ modifiedAt }) => modifiedAt)),
    orders: sorted.map(({ id }) => id),
  };
}
