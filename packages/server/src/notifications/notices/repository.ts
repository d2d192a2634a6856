import type { Insertable } from 'kysely';
import type { Queryable } from '../../control/database.ts';
import type { ControlTables, Millis } from '../../control/schema.ts';
import type { ConnectionId, NotificationRuleId, OrganizationId, SourceConnectionId } from '../../lib/ids.ts';

/** A rule of the project where something happened, once for each source connection that it happened to. */
export type HearerRow = Awaited<ReturnType<typeof listHearers>>[number];

/** The enabled rules of the project that the source connection lies in, or all that read with the connection. */
export function listHearers(
  db: Queryable,
  organizationId: OrganizationId,
  subject: { readonly sourceConnectionId: SourceConnectionId } | { readonly connectionId: ConnectionId },
) {
  const query = db
    .selectFrom('source_connection')
    .innerJoin('connection', 'connection.id', 'source_connection.connection_id')
    .innerJoin('notification_rule', 'notification_rule.project_id', 'connection.project_id')
    .innerJoin('project', 'project.id', 'connection.project_id')
    .innerJoin('collection', 'collection.id', 'source_connection.collection_id')
    .leftJoin('credential', 'credential.connection_id', 'connection.id')
    .select([
      'notification_rule.id as rule_id',
      'notification_rule.events',
      'notification_rule.source_connections',
      'notification_rule.min_severity',
      'project.id as project_id',
      'project.name as project',
      'connection.id as connection_id',
      'connection.handle as connection',
      'source_connection.id as source_connection_id',
      'source_connection.name as source_connection',
      'collection.readable_id as collection',
      'credential.updated_at as credential_updated_at',
      'connection.authenticated_at',
    ])
    .where('source_connection.organization_id', '=', organizationId)
    .where('source_connection.deleted_at', 'is', null)
    .where('notification_rule.enabled', '=', 1)
    .orderBy('source_connection.created_at');
  return 'sourceConnectionId' in subject
    ? query.where('source_connection.id', '=', subject.sourceConnectionId).execute()
    : query.where('source_connection.connection_id', '=', subject.connectionId).execute();
}

export interface RepeatKey {
  readonly ruleId: NotificationRuleId;
  readonly subjectId: string;
  readonly kind: string;
}

/** `false` when the rule has heard of it before. */
export async function insertRepeat(
  db: Queryable,
  organizationId: OrganizationId,
  { ruleId, subjectId, kind }: RepeatKey,
  seen: { readonly fingerprint: string; readonly now: Millis },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('notification_repeat')
    .values({
      rule_id: ruleId,
      subject_id: subjectId,
      kind,
      organization_id: organizationId,
      fingerprint: seen.fingerprint,
      noticed_at: seen.now,
    })
    .onConflict((conflict) => conflict.columns(['rule_id', 'subject_id', 'kind']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Counts one more that is held back, and keeps the row for this transaction. */
export function countRepeat(db: Queryable, organizationId: OrganizationId, { ruleId, subjectId, kind }: RepeatKey) {
  return db
    .updateTable('notification_repeat')
    .set((eb) => ({ held_back: eb('held_back', '+', 1) }))
    .where('organization_id', '=', organizationId)
    .where('rule_id', '=', ruleId)
    .where('subject_id', '=', subjectId)
    .where('kind', '=', kind)
    .returning(['fingerprint', 'noticed_at', 'held_back'])
    .executeTakeFirst();
}

/** It is told now: none is held back any more. */
export async function resetRepeat(
  db: Queryable,
  organizationId: OrganizationId,
  { ruleId, subjectId, kind }: RepeatKey,
  seen: { readonly fingerprint: string; readonly now: Millis },
): Promise<void> {
  await db
    .updateTable('notification_repeat')
    .set({ fingerprint: seen.fingerprint, noticed_at: seen.now, held_back: 0 })
    .where('organization_id', '=', organizationId)
    .where('rule_id', '=', ruleId)
    .where('subject_id', '=', subjectId)
    .where('kind', '=', kind)
    .execute();
}

export async function insertNotice(db: Queryable, row: Insertable<ControlTables['notice']>): Promise<void> {
  await db.insertInto('notice').values(row).execute();
}

export async function insertDeliveries(
  db: Queryable,
  rows: readonly Insertable<ControlTables['notice_delivery']>[],
): Promise<void> {
  await db.insertInto('notice_delivery').values(rows).execute();
}

/** A source connection that reads with the connection waits for a new credential. */
export async function isPausedForCredential(
  db: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<boolean> {
  const row = await db
    .selectFrom('source_connection')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('connection_id', '=', connectionId)
    .where('paused_by', '=', 'credential')
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
