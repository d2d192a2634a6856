import type { FetchMessageObject } from 'imapflow';
import type { RecordFailure } from '../../kit/page.ts';
import { type MessageParts, partsOf } from './body-parts.ts';
import { type Envelope, envelopeOf, HEADERS } from './envelope.ts';
import { fetchEach } from './fetch-each.ts';
import type { OpenMailbox } from './mail-kind.ts';

/** A message without its bodies. */
export interface Outline {
  readonly uid: number;
  readonly envelope: Envelope;
  readonly parts: MessageParts;
  readonly flags: readonly string[];
  /** Bytes. */
  readonly size: number;
}

export interface Outlines {
  /** By UID; messages that are gone are missing. */
  readonly outlines: readonly Outline[];
  /** Of messages that cannot be read at all. */
  readonly failures: readonly RecordFailure[];
}

const QUERY = { flags: true, internalDate: true, size: true, bodyStructure: true, headers: [...HEADERS] };

/** Headers, structure and flags of messages of the open mailbox; `keyOf` says what a failure is counted under. */
export async function fetchOutlines(
  mailbox: OpenMailbox,
  uids: readonly number[],
  keyOf: (uid: number) => string,
): Promise<Outlines> {
  const { found, refused } = await fetchEach(mailbox, uids, QUERY);
  const failures = refused.map((uid) => ({
    key: keyOf(uid),
    code: 'unreadable',
    message: 'The mail server cannot read the message.',
  }));
  const outlines: Outline[] = [];
  for (const message of found) {
    try {
      outlines.push(await outlineOf(message));
    } catch {
      const words = 'The headers of the message cannot be read.';
      failures.push({ key: keyOf(message.uid), code: 'broken', message: words });
    }
  }
  return { outlines: outlines.toSorted((one, other) => one.uid - other.uid), failures };
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
