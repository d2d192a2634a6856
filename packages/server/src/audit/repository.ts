import type { Selectable } from 'kysely';
import { compileOnce } from '../control/compile-once.ts';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { PagePlace } from '../lib/page-cursor.ts';

export type AuditEventRow = Selectable<ControlTables['audit_event']>;

const insert = compileOnce(
  (db, ...[id, organizationId, apiKeyId, actorEmail, action, subjectKind, subjectId, createdAt]: EventValues) =>
    db.insertInto('audit_event').values({
      id,
      organization_id: organizationId,
      api_key_id: apiKeyId,
      actor_email: actorEmail,
      action,
      subject_kind: subjectKind,
      subject_id: subjectId,
      created_at: createdAt,
    }),
);

type EventValues = readonly [
  id: string,
  organizationId: OrganizationId,
  apiKeyId: AuditEventRow['api_key_id'],
  actorEmail: AuditEventRow['actor_email'],
  action: string,
  subjectKind: string,
  subjectId: string,
  createdAt: number,
];

export async function insertAuditEvent(
  db: Queryable,
  organizationId: OrganizationId,
  event: Omit<AuditEventRow, 'organization_id'>,
): Promise<void> {
  const { id, api_key_id, actor_email, action, subject_kind, subject_id, created_at } = event;
  await insert(db, id, organizationId, api_key_id, actor_email, action, subject_kind, subject_id, created_at);
}

/** Newest first, after `place`. */
export function listAuditEvents(
  db: Queryable,
  organizationId: OrganizationId,
  page: {
    readonly limit: number;
    readonly place: PagePlace | undefined;
    readonly subjectId: string | undefined;
    readonly action: string | undefined;
  },
): Promise<AuditEventRow[]> {
  const { limit, place, subjectId, action } = page;
  return db
    .selectFrom('audit_event')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .$if(subjectId !== undefined, (query) => query.where('subject_id', '=', subjectId ?? ''))
    .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
    .$if(place !== undefined, (query) =>
      query.where((is) =>
        is.or([
          is('created_at', '<', place?.createdAt ?? 0),
          is.and([is('created_at', '=', place?.createdAt ?? 0), is('id', '<', place?.id ?? '')]),
        ]),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
