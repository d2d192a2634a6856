import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { ConnectionId } from '../lib/ids.ts';
import { supportedMethods } from '../source-connections/settings-check.ts';
import { optionsOf, getSource, type SourceNeeds } from './lookup.ts';
import type { NewSource } from './model.ts';
import { upsertFacts } from './repository.ts';
import { planSettings, refuseIncomplete, type PlannedSettings } from './settings.ts';
import { changeSource, selectionFrom } from './update.ts';
import { sourceTypeOf } from './view.ts';

interface Planned {
  readonly connector: Connector;
  readonly settings: PlannedSettings;
}

async function plan({ registry }: SourceNeeds, actor: Actor, input: NewSource): Promise<Planned> {
  const connector = await registry.get(actor.organizationId, input.connectorType);
  const sourceType = sourceTypeOf(connector);
  if (sourceType !== input.sourceType) throw errors.source_type_mismatch({ connector: connector.id, sourceType });
  const supported = supportedMethods(connector);
  if (!supported.includes('direct'))
    throw errors.auth_method_unsupported({ shortName: connector.id, method: 'direct', supported });
  const nothing = { endpoint: {}, options: {}, sealed: { credentials: {}, config: {} } };
  const settings = planSettings(connector, nothing, input.configuration ?? {});
  if (input.collection !== undefined) refuseIncomplete(connector, settings);
  return { connector, settings };
}

/** Null says that there is to be none, which only the first of its kind can do without. */
async function refuseMissingLabel(
  needs: SourceNeeds,
  tx: Queryable,
  actor: Actor,
  connector: Connector,
): Promise<void> {
  const filter = { connectors: [connector.id] };
  const others = await needs.connections.list(tx, actor.organizationId, { limit: 1, skip: 0 }, filter);
  if (others.length > 0) throw errors.connection_label_required({ connector: connector.id });
}

/**
 * Makes a connection, and what reads it when a collection is named, in one transaction.
 * See `IntegrationSourceService.create`.
 */
export async function createSource(needs: SourceNeeds, actor: Actor, input: NewSource): Promise<ConnectionId> {
  const { connector, settings } = await plan(needs, actor, input);
  const { name, connectorType, label, collection, isActive = true } = input;
  const id = await needs.control.transaction(async (tx) => {
    if (label === null) await refuseMissingLabel(needs, tx, actor, connector);
    const made = await needs.connections.create(tx, actor, {
      projectId: await needs.projects.getDefaultId(tx, actor.organizationId),
      connector,
      given: connectorType,
      name,
      displayName: name,
      stays: true,
      endpoint: settings.endpoint,
      authMethod: 'direct',
      sealed: settings.sealed,
      authenticated: settings.authenticated,
      ...(typeof label === 'string' && { label }),
    });
    await upsertFacts(tx, actor.organizationId, made, {
      read_options: JSON.stringify(settings.options),
      modified_at: needs.clock.now(),
    });
    await changeSource(needs, tx, actor, made, { ...factsOf(input), ...(!isActive && { isActive }) });
    if (collection !== undefined) await readInto(needs, tx, actor, made, collection);
    const action = 'integration_source.created';
    await needs.audit.record(tx, actor, { action, subjectKind: 'connection', subjectId: made });
    return made;
  });
  if (collection !== undefined) needs.wake();
  return id;
}

/** What a new source may say of itself beside what makes its connection. */
function factsOf(input: NewSource): Omit<NewSource, 'name' | 'sourceType' | 'connectorType'> {
  const { name: _, sourceType: _type, connectorType: _connector, configuration: _settings, ...others } = input;
  const { label: _label, collection: _collection, isActive: _active, ...facts } = others;
  return facts;
}

/**
 * Has a source read into a collection from now on, in the caller's transaction, with the selection and the read options that
 * have waited for it.
 * @throws collection_not_found, invalid_configuration when settings are missing yet
 */
export async function readInto(
  needs: SourceNeeds,
  tx: Queryable,
  actor: Actor,
  id: ConnectionId,
  collection: string,
): Promise<void> {
  const found = await getSource(needs, tx, actor.organizationId, id);
  const { connector, row, shown } = found;
  const sealed = await needs.connections.openSettings(tx, actor.organizationId, id);
  const options = optionsOf(found);
  refuseIncomplete(connector, { endpoint: JSON.parse(row.endpoint) as JsonObject, options, sealed });
  await needs.orders.create(tx, actor, {
    connector,
    connectionId: id,
    collectionId: await needs.collections.lockId(tx, actor, collection),
    name: shown.name,
    options,
    selection: selectionFrom(shown.selectedStreams),
    startNow: shown.isActive,
  });
}
