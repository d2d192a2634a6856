import { hash } from 'node:crypto';
import type { AuditEventRow } from './repository.ts';

/** The columns of an event that its hash covers. */
export type HashedEvent = Pick<
  AuditEventRow,
  'id' | 'organization_id' | 'api_key_id' | 'actor_email' | 'action' | 'subject_kind' | 'subject_id' | 'created_at'
> & { readonly sequence: number; readonly previous_hash: string };

/** What the first event of an organization names as the hash before it. */
export const beginning = '';

/**
 * The hash of an event: SHA-256 (hex) of its columns and of the hash before it, as a JSON array in this order, which is
 * part of the stored format. Whoever changes, takes out or puts in an event would have to change all that follow.
 */
export function hashEvent(event: HashedEvent): string {
  return hash(
    'sha256',
    JSON.stringify([
      event.organization_id,
      event.sequence,
      event.previous_hash,
      event.id,
      event.api_key_id,
      event.actor_email,
      event.action,
      event.subject_kind,
      event.subject_id,
      event.created_at,
    ]),
  );
}

/**
 * `missing`: events before this one are gone; `altered`: its columns are not those that were written; `unlinked`: it does not
 * follow the one before; `foreign`: it was put in without a place; `rewritten`: it has not the hash that was noted.
 */
export type BreakReason = 'missing' | 'altered' | 'unlinked' | 'foreign' | 'rewritten';

/** An event that somebody noted elsewhere. */
export interface NotedEvent {
  readonly sequence: number;
  readonly hash: string;
}

export interface ChainBreak {
  /** Of the event at which it shows; the head's when the newest are missing. */
  readonly sequence: number | null;
  readonly eventId: string | null;
  readonly reason: BreakReason;
}

/** Follows a chain event by event from where it begins. */
export class ChainReader {
  readonly breaks: ChainBreak[] = [];
  events = 0;
  #sequence: number;
  #hash: string;

  constructor(anchor: { readonly sequence: number; readonly hash: string }) {
    this.#sequence = anchor.sequence;
    this.#hash = anchor.hash;
  }

  /** The sequence of the event that was read last, or of the anchor. */
  get sequence(): number {
    return this.#sequence;
  }

  read(row: AuditEventRow): void {
    const sequence = row.sequence ?? 0;
    const event = { ...row, sequence, previous_hash: row.previous_hash ?? '' };
    const found = this.#judge(event, row.hash);
    if (found) this.breaks.push({ sequence, eventId: row.id, reason: found });
    this.events += 1;
    this.#sequence = sequence;
    this.#hash = row.hash ?? '';
  }

  /** The end must be where the head says, or the newest events were cut off. */
  end(head: { readonly sequence: number; readonly hash: string }): void {
    const reason = this.#sequence !== head.sequence ? 'missing' : this.#hash !== head.hash ? 'unlinked' : undefined;
    if (reason) this.breaks.push({ sequence: head.sequence, eventId: null, reason });
  }

  #judge(event: HashedEvent, stored: string | null): BreakReason | undefined {
    if (event.sequence !== this.#sequence + 1) return 'missing';
    if (event.previous_hash !== this.#hash) return 'unlinked';
    return hashEvent(event) === stored ? undefined : 'altered';
  }
}
