import type { Json, JsonObject } from '@tributary/connectors/kit/json';
import type { StoredCursor } from '../collection-store/port.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { parseScopeState } from '../engine/scope-state.ts';
import { errors } from '../errors.ts';
import type { DiskState, DiskWatch } from '../host/disk-watch.ts';
import type { OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { LatestJobs } from '../syncs/model.ts';
import { readJobSummary, readLatestJobs } from '../syncs/history.ts';
import type { DescribeSource } from './description-cache.ts';
import type { AuthorizationLink, SourceConnection, SourceConnectionDetail, UsedAuthProvider } from './model.ts';
import { findSourceConnection, type JoinedRow } from './repository.ts';
import { statusOf, tasksOf, type StatusFacts } from './status.ts';

interface Needs {
  readonly control: ControlStore;
  readonly describe: DescribeSource;
  readonly disk: Pick<DiskWatch, 'state'>;
}

export async function getRow(
  db: Queryable,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<JoinedRow> {
  const row = await findSourceConnection(db, organizationId, id);
  if (!row) throw errors.source_connection_not_found({ id });
  return row;
}

/** The whole configuration of a row, as the caller gave it; secret fields are masked in what is stored. */
export function configOf(row: JoinedRow): JsonObject {
  return { ...(JSON.parse(row.endpoint) as JsonObject), ...(JSON.parse(row.config) as JsonObject) };
}

/** The outside vault that has the credentials of a row. */
export function usedProvider(row: JoinedRow): UsedAuthProvider | null {
  const { auth_provider_id: id, auth_provider_readable_id: readableId, auth_provider_config: config } = row;
  if (id === null || readableId === null) return null;
  return { id, readableId, config: JSON.parse(config ?? '{}') as JsonObject };
}

export function toSourceConnection(row: JoinedRow, jobs: LatestJobs | undefined, disk: DiskState): SourceConnection {
  const lastJob = jobs?.newest ?? null;
  const facts: StatusFacts = {
    id: row.id,
    authMethod: row.auth_method,
    authenticatedAt: row.authenticated_at,
    enabled: row.enabled === 1,
    pausedBy: row.paused_by,
    refusedReason: row.refused_reason,
    cron: row.cron,
    continuous: row.continuous === 1,
    lastJob,
    lastEnded: jobs?.ended ?? null,
    diskNearlyFull: disk === 'nearly_full',
    schemaHeld: row.schema_held === null ? [] : (JSON.parse(row.schema_held) as StatusFacts['schemaHeld']),
    sweepsHeld: row.sweep_held === null ? [] : (JSON.parse(row.sweep_held) as StatusFacts['sweepsHeld']),
  };
  return {
    id: row.id,
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    collectionReadableId: row.readable_id,
    name: row.name,
    description: row.description,
    shortName: row.connector_given,
    connector: row.connector,
    config: configOf(row),
    auth: {
      method: row.auth_method,
      authenticatedAt: row.authenticated_at,
      oauthClientId: row.oauth_client_id,
      provider: usedProvider(row),
    },
    schedule: {
      cron: row.cron,
      timezone: row.timezone,
      continuous: row.continuous === 1,
      cursorField: row.cursor_field,
      nextRunAt: row.paused_by === null && row.enabled === 1 ? row.next_run_at : null,
    },
    syncId: row.sync_id,
    status: statusOf(facts),
    tasks: tasksOf(facts),
    lastJob,
    version: row.version,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    createdByEmail: row.created_by_email,
    modifiedByEmail: row.modified_by_email,
  };
}

/** What was begun for whoever asks, shown once. */
export function withLink(shown: SourceConnectionDetail, link: AuthorizationLink | undefined): SourceConnectionDetail {
  return link ? { ...shown, auth: { ...shown.auth, link } } : shown;
}

/** The connector's own cursor: one stream's as it is, several as an object by stream. */
function cursorValue(stored: readonly StoredCursor[]): Json {
  const cursors = stored
    .map(({ stream, slice, value }) => ({ stream, slice, cursor: parseScopeState(value)?.cursor ?? null }))
    .filter(({ cursor }) => cursor !== null);
  const [first, ...others] = cursors;
  if (!first) return null;
  if (others.length === 0) return first.cursor;
  return Object.fromEntries(
    cursors.map(({ stream, slice, cursor }) => [slice === '' ? stream : `${stream}/${slice}`, cursor]),
  );
}

/** Loads a source connection with its newest job. Throws `source_connection_not_found`. */
export async function loadHead(
  { control, disk }: Pick<Needs, 'control' | 'disk'>,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<SourceConnection> {
  const row = await getRow(control.db, organizationId, id);
  return toSourceConnection(row, (await readLatestJobs(control.db, organizationId, [id])).get(id), disk.state());
}

/** Loads everything that the view of one source connection shows. Throws `source_connection_not_found`. */
export async function loadDetail(
  needs: Needs,
  organizationId: OrganizationId,
  id: SourceConnectionId,
): Promise<SourceConnectionDetail> {
  return detailOf(needs, await getRow(needs.control.db, organizationId, id));
}

/** The same for a row that is at hand. */
export async function detailOf({ control, describe, disk }: Needs, row: JoinedRow): Promise<SourceConnectionDetail> {
  const { latest, totals } = await readJobSummary(control.db, row.organization_id, row.id);
  const { types, cursors } = await describe(row, latest.newest);
  return {
    ...toSourceConnection(row, latest, disk.state()),
    runs: totals,
    entities: types.map(({ entityType, count, lastChangedAt }) => ({ entityType, count, lastChangedAt })),
    cursorValue: cursorValue(cursors),
  };
}
