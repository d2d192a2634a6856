import { sql } from 'kysely';
import type { ControlStore, Queryable } from '../../control/database.ts';
import type { Millis } from '../../control/schema.ts';
import { statements } from '../../control/statements.ts';
import type { ConnectionId, NoticeDeliveryId, NotificationRuleId, OrganizationId } from '../../lib/ids.ts';
import { dropWaiting, updateRule } from '../repository.ts';
import type { StoredNotice } from '../words.ts';

/** A delivery that a worker has in hand: it alone says how it went, until the lease ends. */
export interface ClaimedDelivery extends StoredNotice {
  readonly deliveryId: NoticeDeliveryId;
  readonly organizationId: OrganizationId;
  readonly ruleId: NotificationRuleId;
  readonly connectionId: ConnectionId;
  readonly connection: string;
  /** This one included. */
  readonly attempts: number;
  readonly owner: string;
  readonly createdAt: Millis;
}

/** A connection that deliveries wait for. */
export interface AwaitedConnection {
  readonly connection_id: ConnectionId;
  readonly handle: string;
  readonly enabled: 0 | 1;
}

// A literal, so that both databases see that the index of waiting deliveries fits.
const waiting = sql<boolean>`notice_delivery.state = 'waiting'`;
const isFree = (now: Millis) =>
  sql<boolean>`(notice_delivery.lease_until is null or notice_delivery.lease_until < ${now})`;

/** The connections, of all organizations, that carry due deliveries in environments of this name; longest due first. */
export function listAwaited(db: Queryable, environmentKey: string, now: Millis): Promise<AwaitedConnection[]> {
  return db
    .selectFrom('notice_delivery')
    .innerJoin('notification_rule', 'notification_rule.id', 'notice_delivery.rule_id')
    .innerJoin('environment', 'environment.id', 'notification_rule.environment_id')
    .innerJoin('connection', 'connection.id', 'notification_rule.connection_id')
    .select(['notification_rule.connection_id', 'connection.handle', 'connection.enabled'])
    .where(waiting)
    .where('notice_delivery.next_attempt_at', '<=', now)
    .where(isFree(now))
    .where('environment.name_key', '=', environmentKey)
    .groupBy(['notification_rule.connection_id', 'connection.handle', 'connection.enabled'])
    .orderBy((eb) => eb.fn.min('notice_delivery.next_attempt_at'))
    .execute();
}

export interface Claim {
  readonly connectionId: ConnectionId;
  readonly environmentKey: string;
  readonly owner: string;
  readonly limit: number;
  readonly now: Millis;
  /** End of the lease. */
  readonly until: Millis;
}

/** Takes due deliveries of a connection that this worker holds, in the caller's transaction; longest due first. */
export async function takeDue(
  tx: Queryable,
  dialect: ControlStore['dialect'],
  claim: Claim,
): Promise<readonly ClaimedDelivery[]> {
  const { rows } = await sql<{ id: string }>`
    select notice_delivery.id from notice_delivery
    join notification_rule on notification_rule.id = notice_delivery.rule_id
    join environment on environment.id = notification_rule.environment_id
    where ${waiting} and notice_delivery.next_attempt_at <= ${claim.now} and ${isFree(claim.now)}
      and notification_rule.connection_id = ${claim.connectionId} and environment.name_key = ${claim.environmentKey}
    order by notice_delivery.next_attempt_at limit ${claim.limit}
    ${statements[dialect].skipLocked('notice_delivery')}`.execute(tx);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id as NoticeDeliveryId);
  await tx
    .updateTable('notice_delivery')
    .set((eb) => ({ lease_owner: claim.owner, lease_until: claim.until, attempts: eb('attempts', '+', 1) }))
    .where('id', 'in', ids)
    .execute();
  return listClaimed(tx, ids, claim.owner);
}

async function listClaimed(
  db: Queryable,
  ids: readonly NoticeDeliveryId[],
  owner: string,
): Promise<readonly ClaimedDelivery[]> {
  const rows = await db
    .selectFrom('notice_delivery as delivery')
    .innerJoin('notice', 'notice.id', 'delivery.notice_id')
    .innerJoin('notification_rule', 'notification_rule.id', 'delivery.rule_id')
    .innerJoin('connection', 'connection.id', 'notification_rule.connection_id')
    .select(['delivery.id', 'delivery.organization_id', 'delivery.rule_id', 'delivery.attempts', 'delivery.repeats'])
    .select(['delivery.created_at', 'notification_rule.connection_id', 'connection.handle'])
    .select(['notice.id as notice_id', 'notice.kind', 'notice.severity', 'notice.facts', 'notice.created_at as at'])
    .where('delivery.id', 'in', ids)
    .orderBy('delivery.created_at')
    .execute();
  return rows.map((row) => ({
    deliveryId: row.id,
    organizationId: row.organization_id,
    ruleId: row.rule_id,
    connectionId: row.connection_id,
    connection: row.handle,
    attempts: row.attempts,
    owner,
    createdAt: row.created_at,
    id: row.notice_id,
    kind: row.kind,
    severity: row.severity,
    facts: row.facts,
    at: row.at,
    repeats: row.repeats,
  }));
}

/** The row of a delivery as long as this attempt has it in hand. */
const held = (db: Queryable, { organizationId, deliveryId, owner, attempts }: ClaimedDelivery) =>
  db
    .updateTable('notice_delivery')
    .set({ lease_owner: null, lease_until: null })
    .where('organization_id', '=', organizationId)
    .where('id', '=', deliveryId)
    .where('lease_owner', '=', owner)
    .where('attempts', '=', attempts);

/** `false` when another attempt has it in hand. */
export async function endDelivery(
  tx: Queryable,
  delivery: ClaimedDelivery,
  end: { readonly state: 'sent' | 'failed'; readonly reason: string | null; readonly now: Millis },
): Promise<boolean> {
  const { numUpdatedRows } = await held(tx, delivery)
    .set({ state: end.state, reason: end.reason, ended_at: end.now })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives a delivery back until it is tried again; `false` when another attempt has it in hand. */
export async function putBack(
  tx: Queryable,
  delivery: ClaimedDelivery,
  back: { readonly reason: string; readonly at: Millis },
): Promise<boolean> {
  const { numUpdatedRows } = await held(tx, delivery)
    .set({ reason: back.reason, next_attempt_at: back.at })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** How the newest attempt of the rule went, for whoever looks at the rule. */
export async function noteOnRule(
  tx: Queryable,
  organizationId: OrganizationId,
  ruleId: NotificationRuleId,
  went: { readonly error: string | null; readonly now: Millis },
): Promise<void> {
  await tx
    .updateTable('notification_rule')
    .set(
      went.error === null
        ? { last_sent_at: went.now, last_error: null, last_error_at: null }
        : { last_error: went.error, last_error_at: went.now },
    )
    .where('organization_id', '=', organizationId)
    .where('id', '=', ruleId)
    .execute();
}

/** Says why deliveries of a connection wait, and on their rules too. Tests of rules keep their own words. */
export async function noteWaiting(
  tx: Queryable,
  connectionId: ConnectionId,
  environmentKey: string,
  why: { readonly reason: string; readonly now: Millis },
): Promise<void> {
  const rules = sql`select notification_rule.id from notification_rule
    join environment on environment.id = notification_rule.environment_id
    where notification_rule.connection_id = ${connectionId} and environment.name_key = ${environmentKey}`;
  await sql`update notice_delivery set reason = ${why.reason}
    where ${waiting} and rule_id in (${rules}) and (reason is null or reason <> ${why.reason}) and ${isFree(why.now)}`.execute(
    tx,
  );
  await sql`update notification_rule set last_error = ${why.reason}, last_error_at = ${why.now}
    where id in (${rules}) and (last_error is null or last_error <> ${why.reason})
      and exists (select 1 from notice_delivery where ${waiting} and notice_delivery.rule_id = notification_rule.id)`.execute(
    tx,
  );
}

/** Ends what nobody has taken since `before`; gives how many had been tried, and how many never. */
export async function endOverdue(
  tx: Queryable,
  before: Millis,
  now: Millis,
): Promise<{ readonly failed: number; readonly dropped: number }> {
  const { rows } = await sql<{ state: string }>`
    update notice_delivery set
      state = case when attempts > 0 then 'failed' else 'dropped' end,
      reason = coalesce(reason, 'No worker of the environment held the connection for a day.'),
      ended_at = cast(${now} as bigint), lease_owner = null, lease_until = null
    where ${waiting} and created_at < ${before} and ${isFree(now)} returning state`.execute(tx);
  const failed = rows.filter(({ state }) => state === 'failed').length;
  return { failed, dropped: rows.length - failed };
}

/** The far end wants no more: the rule is off until a person switches it on, and what waits for it is dropped. */
export async function switchOffRule(
  tx: Queryable,
  organizationId: OrganizationId,
  ruleId: NotificationRuleId,
  why: { readonly reason: string; readonly now: Millis },
): Promise<void> {
  await updateRule(tx, organizationId, ruleId, { enabled: 0, modified_at: why.now });
  await dropWaiting(tx, organizationId, { ruleId }, why);
}
