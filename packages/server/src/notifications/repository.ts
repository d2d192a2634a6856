import { sql, type Insertable, type Selectable, type Updateable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { DeliveryState } from '../control/notification-tables.ts';
import type { ControlTables, Millis } from '../control/schema.ts';
import type {
  ConnectionId,
  EnvironmentId,
  NoticeDeliveryId,
  NotificationRuleId,
  OrganizationId,
  ProjectId,
  SourceConnectionId,
} from '../lib/ids.ts';
import type { PagePlace } from '../lib/page-cursor.ts';

/** A rule with its connection and environment by their names of now. */
export type RuleRow = Selectable<ControlTables['notification_rule']> & {
  readonly connection: string;
  readonly environment: string;
};

const selectRules = (db: Queryable, organizationId: OrganizationId, projectId: ProjectId) =>
  db
    .selectFrom('notification_rule')
    .innerJoin('connection', 'connection.id', 'notification_rule.connection_id')
    .innerJoin('environment', 'environment.id', 'notification_rule.environment_id')
    .selectAll('notification_rule')
    .select(['connection.handle as connection', 'environment.name as environment'])
    .where('notification_rule.organization_id', '=', organizationId)
    .where('notification_rule.project_id', '=', projectId);

/** By name. */
export function listRules(db: Queryable, organizationId: OrganizationId, projectId: ProjectId): Promise<RuleRow[]> {
  return selectRules(db, organizationId, projectId).orderBy('notification_rule.name_key').execute();
}

export function findRule(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  id: NotificationRuleId,
): Promise<RuleRow | undefined> {
  return selectRules(db, organizationId, projectId).where('notification_rule.id', '=', id).executeTakeFirst();
}

/** Whether a rule, other than `but`, has the name. */
export async function hasRuleNamed(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  nameKey: string,
  but?: NotificationRuleId,
): Promise<boolean> {
  const row = await db
    .selectFrom('notification_rule')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('name_key', '=', nameKey)
    .executeTakeFirst();
  return row !== undefined && row.id !== but;
}

/** `false` when the name is taken. */
export async function insertRule(db: Queryable, row: Insertable<ControlTables['notification_rule']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('notification_rule')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'name_key']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

export async function updateRule(
  db: Queryable,
  organizationId: OrganizationId,
  id: NotificationRuleId,
  change: Updateable<ControlTables['notification_rule']>,
): Promise<void> {
  await db
    .updateTable('notification_rule')
    .set(change)
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .execute();
}

/** With its deliveries. */
export async function deleteRule(db: Queryable, organizationId: OrganizationId, id: NotificationRuleId): Promise<void> {
  await db.deleteFrom('notification_rule').where('organization_id', '=', organizationId).where('id', '=', id).execute();
}

/** Handles compare without case. */
export function findCarrier(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  handleKey: string,
): Promise<{ readonly id: ConnectionId; readonly connector: string } | undefined> {
  return db
    .selectFrom('connection')
    .select(['id', 'connector'])
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('handle_key', '=', handleKey)
    .executeTakeFirst();
}

export function findEnvironment(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  nameKey: string,
): Promise<{ readonly id: EnvironmentId } | undefined> {
  return db
    .selectFrom('environment')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('name_key', '=', nameKey)
    .executeTakeFirst();
}

/** Those of the ids that are source connections of the project. */
export async function listSourcesAmong(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  ids: readonly SourceConnectionId[],
): Promise<readonly SourceConnectionId[]> {
  const rows = await db
    .selectFrom('source_connection')
    .innerJoin('connection', 'connection.id', 'source_connection.connection_id')
    .select('source_connection.id')
    .where('source_connection.organization_id', '=', organizationId)
    .where('connection.project_id', '=', projectId)
    .where('source_connection.deleted_at', 'is', null)
    .where('source_connection.id', 'in', ids)
    .execute();
  return rows.map((row) => row.id);
}

/** Ends what a rule has not sent yet, or one delivery of it; what a worker has in hand may still go out. */
export async function dropWaiting(
  db: Queryable,
  organizationId: OrganizationId,
  which: { readonly ruleId: NotificationRuleId; readonly deliveryId?: NoticeDeliveryId },
  end: { readonly reason: string; readonly now: Millis },
): Promise<void> {
  let query = db
    .updateTable('notice_delivery')
    .set({ state: 'dropped', reason: end.reason, ended_at: end.now })
    .where('organization_id', '=', organizationId)
    .where('rule_id', '=', which.ruleId)
    .where(sql<boolean>`state = 'waiting'`)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', end.now)]));
  if (which.deliveryId !== undefined) query = query.where('id', '=', which.deliveryId);
  await query.execute();
}

export function findDelivery(db: Queryable, organizationId: OrganizationId, id: NoticeDeliveryId) {
  return db
    .selectFrom('notice_delivery')
    .select(['state', 'reason'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export interface DeliveryFilter {
  readonly limit: number;
  readonly place?: PagePlace | undefined;
  readonly ruleId?: NotificationRuleId | undefined;
  readonly state?: DeliveryState | undefined;
}

export type DeliveryRow = Awaited<ReturnType<typeof listDeliveries>>[number];

/** Newest first. */
export function listDeliveries(
  db: Queryable,
  organizationId: OrganizationId,
  projectId: ProjectId,
  { limit, place, ruleId, state }: DeliveryFilter,
) {
  let query = db
    .selectFrom('notice_delivery as delivery')
    .innerJoin('notice', 'notice.id', 'delivery.notice_id')
    .innerJoin('notification_rule as rule', 'rule.id', 'delivery.rule_id')
    .select(['delivery.id', 'delivery.notice_id', 'delivery.rule_id', 'rule.name as rule', 'notice.kind'])
    .select(['notice.severity', 'notice.facts', 'delivery.state', 'delivery.attempts', 'delivery.repeats'])
    .select(['delivery.reason', 'delivery.created_at', 'delivery.next_attempt_at', 'delivery.ended_at'])
    .where('delivery.organization_id', '=', organizationId)
    .where('delivery.project_id', '=', projectId);
  if (ruleId !== undefined) query = query.where('delivery.rule_id', '=', ruleId);
  if (state !== undefined) query = query.where('delivery.state', '=', state);
  if (place)
    query = query.where((eb) =>
      eb(
        eb.refTuple('delivery.created_at', 'delivery.id'),
        '<',
        eb.tuple(place.createdAt, place.id as NoticeDeliveryId),
      ),
    );
  return query.orderBy('delivery.created_at', 'desc').orderBy('delivery.id', 'desc').limit(limit).execute();
}
