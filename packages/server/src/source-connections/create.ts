import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { CollectionService } from '../collections/service.ts';
import type { Probe } from '../connections/probe.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { ConnectionService } from '../connections/service.ts';
import { splitConfig, type SettingsToSeal } from '../connections/settings.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Selection } from '../engine/selection.ts';
import { enqueueJob } from '../jobs/queue.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type CollectionId, type ConnectionId, type SourceConnectionId, type SyncId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import { planAuthentication, type PlannedAuthentication } from './authorization/plan.ts';
import { openSession } from './authorization/open-session.ts';
import type { OAuthNeeds } from './authorization/needs.ts';
import type { AuthorizationLink, CreateInput } from './model.ts';
import type { OutsideAccountNeeds } from './outside-account.ts';
import { insertSourceConnection } from './repository.ts';
import { resolveSchedule, type ScheduleColumns } from './schedule-input.ts';

export interface CreateNeeds extends OutsideAccountNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly probe: Probe;
  readonly connections: ConnectionService;
  readonly collections: CollectionService;
  readonly projects: ProjectService;
  readonly oauth: OAuthNeeds;
}

/** Everything that was decided before the first row is written. */
interface Plan {
  readonly connector: Connector;
  readonly config: JsonObject;
  readonly schedule: ScheduleColumns;
  readonly name: string;
  readonly startNow: boolean;
  readonly authentication: PlannedAuthentication;
}

async function plan(needs: CreateNeeds, actor: Actor, id: SourceConnectionId, input: CreateInput): Promise<Plan> {
  const connector = await needs.registry.get(actor.organizationId, input.shortName);
  const config = input.config ?? {};
  const schedule = resolveSchedule(connector, input.schedule, needs.clock.now());
  const authentication = await planAuthentication(needs, actor, {
    connector,
    config,
    given: input,
    cursorField: schedule.cursor_field,
    id,
  });
  return {
    connector,
    config,
    // There is nothing to be read before a person has allowed it.
    schedule: authentication.pending ? { ...schedule, next_run_at: null } : schedule,
    name: input.name ?? `${connector.title} Connection`,
    startNow: !authentication.pending && (input.syncImmediately ?? authentication.isProven ?? true),
    authentication,
  };
}

/** A source connection that is not paused, held or deleted. */
const untouched = { paused_by: null, paused_at: null, sweep_held: null, deleted_at: null };

export interface Created {
  readonly id: SourceConnectionId;
  /** When a person has to allow access first. */
  readonly link: AuthorizationLink | undefined;
}

/** Creates a source connection. See `SourceConnectionService.create`. */
export async function createSourceConnection(needs: CreateNeeds, actor: Actor, input: CreateInput): Promise<Created> {
  await needs.registry.get(actor.organizationId, input.shortName);
  await needs.collections.get(actor, input.collectionReadableId);
  const id = newId<SourceConnectionId>();
  const planned = await plan(needs, actor, id, input);
  const { connector, config, name, authentication } = planned;
  const split = splitConfig(connector, config);
  return needs.control.transaction(async (tx) => {
    const collectionId = await needs.collections.lockId(tx, actor, input.collectionReadableId);
    const sealed: SettingsToSeal = { credentials: authentication.credentials, config: split.secrets };
    const connectionId = await needs.connections.create(tx, actor, {
      projectId: await needs.projects.getDefaultId(tx, actor.organizationId),
      connector,
      given: input.shortName,
      name,
      endpoint: split.endpoint,
      authMethod: authentication.method,
      authenticated: !authentication.pending,
      oauthClientId: authentication.pending?.client.oauthClientId ?? null,
      sealed,
      outside: authentication.outside,
    });
    const where = { id, connectionId, collectionId, options: split.options, description: input.description ?? null };
    await insertRow(needs, tx, actor, { ...planned, isPending: authentication.pending !== undefined }, where);
    if (planned.startNow) await startFirstJob(needs, tx, actor, id);
    const { pending } = authentication;
    const link = pending && (await openSession(needs.oauth, tx, actor, { ...pending, id, connectionId }));
    await needs.audit.record(tx, actor, {
      action: 'source_connection.created',
      subjectKind: 'source_connection',
      subjectId: id,
    });
    return { id, link };
  });
}

/** What of the row was decided before. */
export interface PlannedRow {
  readonly connector: Connector;
  readonly schedule: ScheduleColumns;
  readonly name: string;
  /** A person has to allow access first. */
  readonly isPending: boolean;
}

export interface Placed {
  readonly id: SourceConnectionId;
  readonly connectionId: ConnectionId;
  readonly collectionId: CollectionId;
  readonly options: JsonObject;
  readonly description: string | null;
  /** Absent: everything. */
  readonly selection?: Selection;
}

export async function insertRow(
  { clock }: Pick<CreateNeeds, 'clock'>,
  tx: Queryable,
  actor: Actor,
  { connector, schedule, name, isPending }: PlannedRow,
  { id, connectionId, collectionId, options, description, selection }: Placed,
): Promise<void> {
  const now = clock.now();
  await insertSourceConnection(tx, {
    id,
    organization_id: actor.organizationId,
    connection_id: connectionId,
    collection_id: collectionId,
    sync_id: isPending ? null : newId<SyncId>(),
    name,
    description,
    config: JSON.stringify(options),
    ...(selection && { selection: JSON.stringify(selection) }),
    ...schedule,
    ...(connector.continuous && { continuous_every_seconds: connector.continuous.everySeconds }),
    ...untouched,
    created_at: now,
    modified_at: now,
    created_by_email: actor.email,
    modified_by_email: actor.email,
  });
}

/** Queues the first job of a source connection. */
export async function startFirstJob(
  { clock }: Pick<CreateNeeds, 'clock'>,
  tx: Queryable,
  actor: Pick<Actor, 'organizationId' | 'email'>,
  id: SourceConnectionId,
): Promise<void> {
  await enqueueJob(tx, {
    organizationId: actor.organizationId,
    sourceConnectionId: id,
    trigger: 'initial',
    fullRefresh: false,
    requestedByEmail: actor.email,
    now: clock.now(),
  });
}
