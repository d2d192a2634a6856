import { sql, type Selectable } from 'kysely';
import { compileOnce } from '../control/compile-once.ts';
import type { Queryable } from '../control/database.ts';
import type { ControlTables, Millis } from '../control/schema.ts';
import type { OrganizationId } from '../lib/ids.ts';
import type { PagePlace } from '../lib/page-cursor.ts';

export type AuditEventRow = Selectable<ControlTables['audit_event']>;
export type AuditHeadRow = Selectable<ControlTables['audit_head']>;

const takePlace = compileOnce((db, organizationId: OrganizationId, now: Millis) =>
  db
    .insertInto('audit_head')
    .values({
      organization_id: organizationId,
      sequence: sql.lit(1),
      hash: sql.lit(''),
      anchor_sequence: sql.lit(0),
      anchor_hash: sql.lit(''),
      chained_since: now,
    })
    .onConflict((conflict) =>
      conflict
        .column('organization_id')
        .doUpdateSet((eb) => ({ sequence: eb('audit_head.sequence', '+', sql.lit(1)) })),
    )
    .returning(['sequence', 'hash']),
);

/** The next place in the chain and the hash before it; until the transaction ends, nobody else gets one. */
export async function takeAuditPlace(
  db: Queryable,
  organizationId: OrganizationId,
  now: Millis,
): Promise<Pick<AuditHeadRow, 'sequence' | 'hash'>> {
  const [place] = await takePlace(db, organizationId, now);
  if (!place) throw new Error('invariant broken: an upsert gives its row');
  return place;
}

const insert = compileOnce((db, organizationId: OrganizationId, ...values: EventValues) => {
  const [id, apiKeyId, actorEmail, action, subjectKind, subjectId, createdAt, sequence, previousHash, hash] = values;
  return db.insertInto('audit_event').values({
    organization_id: organizationId,
    id,
    api_key_id: apiKeyId,
    actor_email: actorEmail,
    action,
    subject_kind: subjectKind,
    subject_id: subjectId,
    created_at: createdAt,
    sequence,
    previous_hash: previousHash,
    hash,
  });
});

type EventValues = readonly [
  id: string,
  apiKeyId: AuditEventRow['api_key_id'],
  actorEmail: AuditEventRow['actor_email'],
  action: string,
  subjectKind: string,
  subjectId: string,
  createdAt: number,
  sequence: number,
  previousHash: string,
  hash: string,
];

/** Writes an event at the place that this transaction took; a trigger writes its hash into the head. */
export async function insertAuditEvent(
  db: Queryable,
  organizationId: OrganizationId,
  event: Omit<AuditEventRow, 'organization_id'> & Chained,
): Promise<void> {
  const { id, api_key_id, actor_email, action, subject_kind, subject_id, created_at } = event;
  const { sequence, previous_hash, hash } = event;
  const values = [id, api_key_id, actor_email, action, subject_kind, subject_id, created_at] as const;
  await insert(db, organizationId, ...values, sequence, previous_hash, hash);
}

interface Chained {
  readonly sequence: number;
  readonly previous_hash: string;
  readonly hash: string;
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

export function findAuditHead(db: Queryable, organizationId: OrganizationId): Promise<AuditHeadRow | undefined> {
  return db.selectFrom('audit_head').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Events of the chain in its order, after a sequence and up to another. */
export function listChain(
  db: Queryable,
  organizationId: OrganizationId,
  page: { readonly after: number; readonly upTo: number; readonly limit: number },
): Promise<AuditEventRow[]> {
  return db
    .selectFrom('audit_event')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('sequence', '>', page.after)
    .where('sequence', '<=', page.upTo)
    .orderBy('sequence')
    .limit(page.limit)
    .execute();
}

/** Events without a place in the chain: how many, and some that are too young to be of an earlier version. */
export async function findUnchained(
  db: Queryable,
  organizationId: OrganizationId,
  chainedSince: Millis,
): Promise<{ readonly count: number; readonly young: readonly Pick<AuditEventRow, 'id'>[] }> {
  const unchained = db
    .selectFrom('audit_event')
    .where('organization_id', '=', organizationId)
    .where('sequence', 'is', null);
  const { count } = await unchained.select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
  const young = await unchained.select('id').where('created_at', '>=', chainedSince).limit(100).execute();
  return { count: Number(count), young };
}
