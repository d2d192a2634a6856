import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type OrganizationId } from '../lib/ids.ts';
import { decodePlace, encodePlace } from '../lib/page-cursor.ts';
import { type AuditEventRow, insertAuditEvent, listAuditEvents } from './repository.ts';

/** What was done to what. `action` is `noun.verb` in the past: `collection.created`. */
export interface AuditEntry {
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
}

export interface AuditFilter {
  readonly limit: number;
  /** `next` of the page before; anything else begins at the newest. */
  readonly after?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly action?: string | undefined;
}

/** Who changed what, append-only. */
export interface AuditLog {
  /** Writes one event in the caller's transaction: the change and its trace stand or fall together. */
  record(tx: Queryable, actor: Actor, entry: AuditEntry): Promise<void>;
  /** The same for what the service does by itself. */
  recordOwn(tx: Queryable, organizationId: OrganizationId, entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(
    actor: Actor,
    filter: AuditFilter,
  ): Promise<{ readonly items: readonly AuditEventRow[]; readonly next: string | null }>;
}

export function createAuditLog({
  control,
  clock,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
}): AuditLog {
  const insert = (
    tx: Queryable,
    organizationId: OrganizationId,
    who: Pick<AuditEventRow, 'api_key_id' | 'actor_email'>,
    { action, subjectKind, subjectId }: AuditEntry,
  ): Promise<void> =>
    insertAuditEvent(tx, organizationId, {
      id: newId(),
      ...who,
      action,
      subject_kind: subjectKind,
      subject_id: subjectId,
      created_at: clock.now(),
    });
  return {
    record: (tx, actor, entry) =>
      insert(tx, actor.organizationId, { api_key_id: actor.apiKeyId, actor_email: actor.email }, entry),
    recordOwn: (tx, organizationId, entry) =>
      insert(tx, organizationId, { api_key_id: null, actor_email: null }, entry),
    async list(actor, { limit, after, subjectId, action }) {
      const place = after === undefined ? undefined : decodePlace(after);
      const rows = await listAuditEvents(control.db, actor.organizationId, {
        limit: limit + 1,
        place,
        subjectId,
        action,
      });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = rows.length > limit && last ? encodePlace({ createdAt: last.created_at, id: last.id }) : null;
      return { items, next };
    },
  };
}
