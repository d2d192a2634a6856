import type { Selectable } from 'kysely';
import type { Queryable } from '../control/database.ts';
import type { ControlTables } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { PagePlace } from '../lib/page-cursor.ts';

export type AuditEventRow = Selectable<ControlTables['audit_event']>;

export async function insertAuditEvent(
  db: Queryable,
  organizationId: OrganizationId,
  event: Omit<AuditEventRow, 'organization_id'>,
): Promise<void> {
  await db
    .insertInto('audit_event')
    .values({ ...event, organization_id: organizationId })
    .execute();
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
