import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { type MessageParts, partsOf } from './body-parts.ts';
import { type Envelope, envelopeOf, HEADERS } from './envelope.ts';

/** A message without its bodies. */
export interface Outline {
  readonly uid: number;
  readonly envelope: Envelope;
  readonly parts: MessageParts;
  readonly flags: readonly string[];
  /** Bytes. */
  readonly size: number;
}

/** Headers, structure and flags of messages of the open mailbox, by UID; those that are gone are missing. */
export async function fetchOutlines(client: ImapFlow, uids: readonly number[]): Promise<Outline[]> {
  const query = { flags: true, internalDate: true, size: true, bodyStructure: true, headers: [...HEADERS] };
  const found = await client.fetchAll([...uids], query, { uid: true });
  const outlines = await Promise.all(found.map(outlineOf));
  return outlines.toSorted((one, other) => one.uid - other.uid);
}

async function outlineOf(found: FetchMessageObject): Promise<Outline> {
  return {
    uid: found.uid,
    envelope: await envelopeOf(found),
    parts: found.bodyStructure ? partsOf(found.bodyStructure) : { texts: [], attachments: [] },
    // `\Recent` belongs to the session of the program that sees the message first.
    flags: [...(found.flags ?? [])].filter((flag) => flag !== '\\Recent').toSorted(),
    size: found.size ?? 0,
  };
}
