import type { ImapFlow } from 'imapflow';
import type { Place } from './cursor.ts';

/** Opens a mailbox for reading and gives the place that stands for all that is in it now. */
export async function openMailbox(client: ImapFlow, path: string): Promise<Place> {
  const { uidValidity, uidNext, exists, highestModseq, noModseq } = await client.mailboxOpen(path, { readOnly: true });
  return {
    path,
    validity: String(uidValidity),
    next: uidNext,
    count: exists,
    ...(noModseq !== true && highestModseq !== undefined && highestModseq > 0n && { modseq: String(highestModseq) }),
    most: 0,
  };
}
