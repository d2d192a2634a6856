import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { CollectionService } from '../collections/service.ts';
import type { Probe } from '../connections/probe.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionService } from '../connections/service.ts';
import { splitConfig } from '../connections/settings.ts';
import type { ControlStore } from '../control/database.ts';
import type { AuthMethod } from '../control/schema.ts';
import { errors } from '../errors.ts';
import { enqueueJob } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type SourceConnectionId, type SyncId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import type { CreateInput } from './model.ts';
import { proveNewAccount, type OutsideAccountNeeds, type ProvenAccount } from './outside-account.ts';
import { insertSourceConnection } from './repository.ts';
import { resolveSchedule, type ScheduleColumns } from './schedule-input.ts';
import { checkCursorField, checkSettings, decideMethod } from './settings-check.ts';

export interface CreateNeeds extends OutsideAccountNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly probe: Probe;
  readonly connections: ConnectionService;
  readonly collections: CollectionService;
  readonly projects: ProjectService;
}

/** Everything that was decided before the first row is written. */
interface Plan {
  readonly connector: Connector;
  readonly method: AuthMethod;
  readonly config: JsonObject;
  readonly schedule: ScheduleColumns;
  readonly name: string;
  readonly startNow: boolean;
  /** Where an outside vault has the credentials. */
  readonly outside: ProvenAccount | undefined;
}

async function plan(needs: CreateNeeds, actor: Actor, id: SourceConnectionId, input: CreateInput): Promise<Plan> {
  const connector = await needs.registry.get(input.shortName);
  const isOAuth = input.method === 'oauth_browser' || input.method === 'oauth_byoc';
  const method = decideMethod(connector, input.method);
  if (isOAuth && input.syncImmediately === true) throw errors.sync_immediately_unsupported({});
  const config = input.config ?? {};
  const schedule = resolveSchedule(connector, input.schedule, needs.clock.now());
  const outside =
    method === 'auth_provider' ? await proveNewAccount(needs, actor, connector, { config, input, id }) : undefined;
  const settings = { config, credentials: input.credentials, opened: outside?.opened };
  const canAsk = !outside || outside.opened !== undefined;
  if (canAsk) await checkSettings(needs.probe, connector, settings);
  if (schedule.cursor_field !== null && canAsk)
    await checkCursorField(needs.probe, connector, settings, schedule.cursor_field);
  return {
    connector,
    method,
    config,
    schedule,
    name: input.name ?? `${connector.title} Connection`,
    startNow: input.syncImmediately ?? canAsk,
    outside,
  };
}

/** A source connection that is not paused, held or deleted. */
const untouched = { paused_by: null, paused_at: null, sweep_held: null, deleted_at: null };

/** Creates a source connection; gives its id. See `SourceConnectionService.create`. */
export async function createSourceConnection(
  needs: CreateNeeds,
  actor: Actor,
  input: CreateInput,
): Promise<SourceConnectionId> {
  await needs.registry.get(input.shortName);
  await needs.collections.get(actor, input.collectionReadableId);
  const id = newId<SourceConnectionId>();
  const { connector, method, config, schedule, name, startNow, outside } = await plan(needs, actor, id, input);
  const split = splitConfig(connector, config);
  const syncId = newId<SyncId>();
  const now = needs.clock.now();
  await needs.control.transaction(async (tx) => {
    const collectionId = await needs.collections.lockId(tx, actor, input.collectionReadableId);
    const connectionId = await needs.connections.create(tx, actor, {
      projectId: await needs.projects.getDefaultId(tx, actor.organizationId),
      connector,
      given: input.shortName,
      name,
      endpoint: split.endpoint,
      authMethod: method,
      sealed: { credentials: outside ? {} : input.credentials, config: split.secrets },
      ...(outside && { outside }),
    });
    await insertSourceConnection(tx, {
      id,
      organization_id: actor.organizationId,
      connection_id: connectionId,
      collection_id: collectionId,
      sync_id: syncId,
      name,
      description: input.description ?? null,
      config: JSON.stringify(split.options),
      ...schedule,
      ...(connector.continuous && { continuous_every_seconds: connector.continuous.everySeconds }),
      ...untouched,
      created_at: now,
      modified_at: now,
      created_by_email: actor.email,
      modified_by_email: actor.email,
    });
    if (startNow) {
      await enqueueJob(tx, {
        organizationId: actor.organizationId,
        sourceConnectionId: id,
        trigger: 'initial',
        fullRefresh: false,
        requestedByEmail: actor.email,
        now,
      });
    }
    await needs.audit.record(tx, actor, {
      action: 'source_connection.created',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
  return id;
}
