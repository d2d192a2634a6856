import { findType } from '@tributary/connectors/type-catalog';
import type { Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { OrganizationId, ProjectId, SourceConnectionId } from '../lib/ids.ts';
import type { EventKind, Severity } from './model.ts';
import { findCarrier, findEnvironment, listSourcesAmong, type RuleRow } from './repository.ts';

/** A rule as a caller gives it; connection and environment by name. */
export interface RuleInput {
  readonly name: string;
  readonly events: readonly EventKind[];
  readonly connection: string;
  readonly environment: string;
  readonly enabled: boolean;
  /** Null: all of the project. */
  readonly sourceConnections: readonly SourceConnectionId[] | null;
  readonly minSeverity: Severity;
}

type Columns = Pick<
  RuleRow,
  | 'name'
  | 'name_key'
  | 'events'
  | 'connection_id'
  | 'environment_id'
  | 'enabled'
  | 'source_connections'
  | 'min_severity'
>;

const refuse = (reason: string) => errors.invalid_notification_rule({ reason });

/** Where names are looked up. */
interface Names {
  readonly db: Queryable;
  readonly organizationId: OrganizationId;
  readonly project: { readonly id: ProjectId; readonly name: string };
}

/**
 * The columns of what was given; names are looked up in the project.
 * @throws invalid_notification_rule
 */
export async function columnsOf(names: Names, given: Partial<RuleInput>): Promise<Partial<Columns>> {
  const { name, events, connection, environment, enabled, sourceConnections, minSeverity } = given;
  return {
    ...(name !== undefined && { name, name_key: name.toLowerCase() }),
    ...(events && { events: JSON.stringify([...new Set(events)]) }),
    ...(enabled !== undefined && { enabled: enabled ? 1 : 0 }),
    ...(minSeverity && { min_severity: minSeverity }),
    ...(connection !== undefined && { connection_id: await carrierOf(names, connection) }),
    ...(environment !== undefined && { environment_id: await environmentOf(names, environment) }),
    ...(sourceConnections !== undefined && { source_connections: await sourcesOf(names, sourceConnections) }),
  };
}

async function carrierOf({ db, organizationId, project }: Names, connection: string) {
  const found = await findCarrier(db, organizationId, project.id, connection.toLowerCase());
  if (!found) throw refuse(`The project '${project.name}' has no connection '${connection}'.`);
  if ((await findType(found.connector))?.notifies !== true)
    throw refuse(`The connection '${connection}' is of the type '${found.connector}', which carries no notifications.`);
  return found.id;
}

async function environmentOf({ db, organizationId, project }: Names, environment: string) {
  const found = await findEnvironment(db, organizationId, project.id, environment.toLowerCase());
  if (!found) throw refuse(`The project '${project.name}' has no environment '${environment}'.`);
  return found.id;
}

async function sourcesOf({ db, organizationId, project }: Names, ids: readonly SourceConnectionId[] | null) {
  if (ids === null) return null;
  const known = new Set(await listSourcesAmong(db, organizationId, project.id, ids));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) throw refuse(`The project '${project.name}' has no source connection ${unknown.join(', ')}.`);
  return JSON.stringify([...known]);
}
