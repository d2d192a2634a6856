import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../auth/actor.ts';
import { authorize } from '../auth/policy.ts';
import type { ConnectionService } from '../connections/service.ts';
import { checkConfig, splitConfig } from '../connections/settings.ts';
import { errors } from '../errors.ts';
import { newId, type SourceConnectionId } from '../lib/ids.ts';
import { insertRow, startFirstJob, type CreateNeeds } from './create.ts';
import type { CreateOnConnectionInput } from './model.ts';
import { resolveSchedule } from './schedule-input.ts';
import { checkCursorField } from './settings-check.ts';

interface Found {
  readonly connection: Awaited<ReturnType<ConnectionService['getByHandle']>>;
  readonly connector: Connector;
}

/** Throws `project_not_found`, `forbidden`, `connection_not_found`, `connection_not_readable`. */
async function find(needs: CreateNeeds, actor: Actor, input: CreateOnConnectionInput): Promise<Found> {
  const { db } = needs.control;
  const project = await needs.projects.get(actor, input.projectName);
  authorize(actor, 'CONNECTIONS:VIEW', project.id);
  const connection = await needs.connections.getByHandle(db, actor.organizationId, project.id, input.connection);
  const connector = await needs.registry.find(actor.organizationId, connection.connector);
  if (connector) return { connection, connector };
  throw errors.connection_not_readable({ name: connection.handle, type: connection.connector });
}

/** Where the system is belongs to the connection: a read option of that name would change it for everybody. */
function refuseEndpointFields(connector: Connector, options: JsonObject): void {
  const issues = connector.endpoint
    .filter((name) => name in options)
    .map((name) => ({
      path: ['body', 'options', name],
      message: 'It belongs to the connection; change it there',
      code: 'custom',
    }));
  if (issues.length > 0) throw errors.invalid_config_fields({ issues });
}

/** Creates a source connection that reads through a connection of a project. See `SourceConnectionService.createOnConnection`. */
export async function createOnConnection(
  needs: CreateNeeds,
  actor: Actor,
  input: CreateOnConnectionInput,
): Promise<SourceConnectionId> {
  const { organizationId } = actor;
  await needs.collections.get(actor, input.collectionReadableId);
  const { connection, connector } = await find(needs, actor, input);
  refuseEndpointFields(connector, input.options);
  const schedule = resolveSchedule(connector, input.schedule, needs.clock.now());
  const stored = await needs.connections.openSettings(needs.control.db, organizationId, connection.id);
  const endpoint = JSON.parse(connection.endpoint) as JsonObject;
  const config = { ...endpoint, ...stored.config, ...input.options };
  checkConfig(connector, config);
  const question = { connection: { organizationId, id: connection.id }, config, credentials: stored.credentials };
  await needs.probe.check({ connector, ...question });
  if (schedule.cursor_field !== null) await checkCursorField(needs.probe, connector, question, schedule.cursor_field);
  const id = newId<SourceConnectionId>();
  const { options, secrets } = splitConfig(connector, input.options);
  await needs.control.transaction(async (tx) => {
    const collectionId = await needs.collections.lockId(tx, actor, input.collectionReadableId);
    // It may have been deleted while the source was asked.
    await needs.connections.getByHandle(tx, organizationId, connection.project_id, connection.handle);
    if (Object.keys(secrets).length > 0) {
      const sealed = { credentials: stored.credentials, config: { ...stored.config, ...secrets } };
      await needs.connections.change(tx, actor, connection.id, { sealed });
    }
    const name = input.name ?? connection.handle;
    const where = { id, connectionId: connection.id, collectionId, options, description: input.description ?? null };
    await insertRow(needs, tx, actor, { connector, schedule, name, isPending: false }, where);
    if (input.syncImmediately) await startFirstJob(needs, tx, actor, id);
    const subject = { subjectKind: 'source_connection', subjectId: id } as const;
    await needs.audit.record(tx, actor, { action: 'source_connection.created', ...subject });
  });
  return id;
}
