import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type OrganizationId } from '../lib/ids.ts';
import { decodePlace, encodePlace } from '../lib/page-cursor.ts';
import { hashEvent, type NotedEvent } from './chain.ts';
import { type AuditEventRow, insertAuditEvent, listAuditEvents, takeAuditPlace } from './repository.ts';
import { type AuditVerification, verifyChain } from './verification.ts';

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

/** Who changed what, append-only: the events of an organization are a chain, see `chain.ts`. */
export interface AuditLog {
  /**
   * Writes one event in the caller's transaction: the change and its trace stand or fall together. From here to its end,
   * other changes of the organization wait, so record last.
   */
  record(tx: Queryable, actor: Actor, entry: AuditEntry): Promise<void>;
  /** The same for what the service does by itself. */
  recordOwn(tx: Queryable, organizationId: OrganizationId, entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(
    actor: Actor,
    filter: AuditFilter,
  ): Promise<{ readonly items: readonly AuditEventRow[]; readonly next: string | null }>;
  /** Tells whether anything in the log was altered since it was written, and where; `noted` must still be in it. */
  verify(actor: Pick<Actor, 'organizationId'>, noted?: NotedEvent): Promise<AuditVerification>;
}

export function createAuditLog({
  control,
  clock,
}: {
  readonly control: ControlStore;
  readonly clock: Clock;
}): AuditLog {
  const append = async (
    tx: Queryable,
    organizationId: OrganizationId,
    who: Pick<AuditEventRow, 'api_key_id' | 'actor_email'>,
    { action, subjectKind, subjectId }: AuditEntry,
  ): Promise<void> => {
    const now = clock.now();
    const place = await takeAuditPlace(tx, organizationId, now);
    const event = {
      id: newId(),
      ...who,
      action,
      subject_kind: subjectKind,
      subject_id: subjectId,
      created_at: now,
      sequence: place.sequence,
      previous_hash: place.hash,
    };
    await insertAuditEvent(tx, organizationId, {
      ...event,
      hash: hashEvent({ ...event, organization_id: organizationId }),
    });
  };
  return {
    record: (tx, actor, entry) =>
      append(tx, actor.organizationId, { api_key_id: actor.apiKeyId, actor_email: actor.email }, entry),
    recordOwn: (tx, organizationId, entry) =>
      append(tx, organizationId, { api_key_id: null, actor_email: null }, entry),
    verify: (actor, noted) => verifyChain(control.db, actor.organizationId, noted),
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
