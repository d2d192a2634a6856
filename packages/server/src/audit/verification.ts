import type { Queryable } from '../control/database.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { beginning, type ChainBreak, ChainReader } from './chain.ts';
import { findAuditHead, findUnchained, listChain } from './repository.ts';

const pageSize = 500;
const breaksAtMost = 100;

/** What a look at the whole chain of an organization has found. */
export interface AuditVerification {
  readonly whole: boolean;
  /** Events that were read. */
  readonly events: number;
  /** Of the oldest and the newest event; both null when there is none. */
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  /** Of the newest event: whoever notes it elsewhere can tell later that nothing before it was changed. */
  readonly hash: string | null;
  /** Events of earlier versions, which have no place in the chain. */
  readonly unchained: number;
  /** Where it is not whole, the first hundred. */
  readonly breaks: readonly ChainBreak[];
}

/** Reads the chain of an organization from its anchor to its head; what is appended meanwhile is left out. */
export async function verifyChain(db: Queryable, organizationId: OrganizationId): Promise<AuditVerification> {
  for (;;) {
    const head = await findAuditHead(db, organizationId);
    const anchor = { sequence: head?.anchor_sequence ?? 0, hash: head?.anchor_hash ?? beginning };
    const end = { sequence: head?.sequence ?? 0, hash: head?.hash ?? beginning };
    const reader = new ChainReader(anchor);
    for (;;) {
      const rows = await listChain(db, organizationId, {
        after: reader.sequence,
        upTo: end.sequence,
        limit: pageSize,
      });
      for (const row of rows) reader.read(row);
      if (rows.length < pageSize || reader.breaks.length >= breaksAtMost) break;
    }
    if (reader.breaks.length < breaksAtMost) reader.end(end);
    // Retention has cut the beginning off meanwhile: look again, from the new one.
    const after = await findAuditHead(db, organizationId);
    if (reader.breaks.length > 0 && (after?.anchor_sequence ?? 0) > anchor.sequence) continue;
    const unchained = await findUnchained(db, organizationId, head?.chained_since ?? 0);
    const foreign = unchained.young.map(({ id }) => ({ sequence: null, eventId: id, reason: 'foreign' as const }));
    const breaks = [...reader.breaks, ...foreign].slice(0, breaksAtMost);
    return {
      whole: breaks.length === 0,
      events: reader.events,
      firstSequence: reader.events === 0 ? null : anchor.sequence + 1,
      lastSequence: end.sequence === 0 ? null : end.sequence,
      hash: end.sequence === 0 ? null : end.hash,
      unchained: unchained.count,
      breaks,
    };
  }
}
