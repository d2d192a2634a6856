import type { Queryable } from '../control/database.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { beginning, type ChainBreak, ChainReader, type NotedEvent } from './chain.ts';
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

interface Ends {
  readonly anchor: { readonly sequence: number; readonly hash: string };
  readonly head: { readonly sequence: number; readonly hash: string };
  readonly chainedSince: number;
}

async function findEnds(db: Queryable, organizationId: OrganizationId): Promise<Ends> {
  const row = await findAuditHead(db, organizationId);
  if (!row)
    return { anchor: { sequence: 0, hash: beginning }, head: { sequence: 0, hash: beginning }, chainedSince: 0 };
  return {
    anchor: { sequence: row.anchor_sequence, hash: row.anchor_hash },
    head: { sequence: row.sequence, hash: row.hash },
    chainedSince: row.chained_since,
  };
}

async function readChain(db: Queryable, organizationId: OrganizationId, { anchor, head }: Ends): Promise<ChainReader> {
  const reader = new ChainReader(anchor);
  for (;;) {
    const page = { after: reader.sequence, upTo: head.sequence, limit: pageSize };
    const rows = await listChain(db, organizationId, page);
    for (const row of rows) reader.read(row);
    if (reader.breaks.length >= breaksAtMost) return reader;
    if (rows.length < pageSize) break;
  }
  reader.end(head);
  return reader;
}

/** Against whoever can write a whole new chain helps only what was noted elsewhere. What lies before the anchor cannot be told. */
async function compareNoted(
  db: Queryable,
  organizationId: OrganizationId,
  { anchor }: Ends,
  noted: NotedEvent | undefined,
): Promise<ChainBreak[]> {
  if (!noted || noted.sequence < anchor.sequence) return [];
  const { sequence } = noted;
  const [event] = await listChain(db, organizationId, { after: sequence - 1, upTo: sequence, limit: 1 });
  const hash = sequence === anchor.sequence ? anchor.hash : event?.hash;
  return hash === noted.hash ? [] : [{ sequence, eventId: event?.id ?? null, reason: 'rewritten' }];
}

/**
 * Reads the chain of an organization from its anchor to its head; what is appended meanwhile is left out. `noted` is an event
 * that must still be in it.
 */
export async function verifyChain(
  db: Queryable,
  organizationId: OrganizationId,
  noted?: NotedEvent,
): Promise<AuditVerification> {
  const ends = await findEnds(db, organizationId);
  const { breaks: found, events } = await readChain(db, organizationId, ends);
  // Retention may have cut the beginning off meanwhile: look again, from the new one.
  if (found.length > 0 && (await findEnds(db, organizationId)).anchor.sequence > ends.anchor.sequence)
    return verifyChain(db, organizationId, noted);
  const unchained = await findUnchained(db, organizationId, ends.chainedSince);
  const foreign = unchained.young.map(({ id }) => ({ sequence: null, eventId: id, reason: 'foreign' as const }));
  const rewritten = await compareNoted(db, organizationId, ends, noted);
  const breaks = [...rewritten, ...found, ...foreign].slice(0, breaksAtMost);
  const { sequence, hash } = ends.head;
  return {
    whole: breaks.length === 0,
    events,
    firstSequence: events === 0 ? null : ends.anchor.sequence + 1,
    lastSequence: sequence === 0 ? null : sequence,
    hash: sequence === 0 ? null : hash,
    unchained: unchained.count,
    breaks,
  };
}
