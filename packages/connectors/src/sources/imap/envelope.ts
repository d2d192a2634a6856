import type { FetchMessageObject } from 'imapflow';
import type { Address as ParsedAddress } from 'postal-mime';
import { decodeMessage } from './decode-part.ts';
import type { Address, Message } from './message.ts';

/** The header fields that are asked for. */
export const HEADERS = ['subject', 'from', 'to', 'cc', 'date', 'message-id', 'in-reply-to', 'references', 'list-id'];

export type Envelope = Pick<
  Message,
  'message_id' | 'in_reply_to' | 'thread_id' | 'subject' | 'from' | 'to' | 'cc' | 'list_id' | 'date' | 'received_at'
>;

const flat = (given: readonly ParsedAddress[] | undefined): Address[] =>
  (given ?? []).flatMap((one) => (one.group ? flat(one.group) : [person(one.name, one.address ?? '')]));

const person = (name: string, address: string): Address =>
  name === '' || name === address ? { address } : { name, address };

const firstId = (text: string | undefined): string | undefined => /<[^<>\s]+>/.exec(text ?? '')?.[0];
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Who wrote what to whom and when, from the header fields. A date that cannot be read is the day of arrival. */
export async function envelopeOf({ headers, internalDate }: FetchMessageObject): Promise<Envelope> {
  const email = await decodeMessage(headers ?? Buffer.alloc(0));
  const received = new Date(internalDate ?? 0);
  const receivedAt = Number.isNaN(received.getTime()) ? new Date(0) : received;
  const sent = new Date(email.date ?? Number.NaN);
  const id = firstId(email.messageId);
  const parent = firstId(email.inReplyTo);
  const thread = firstId(email.references) ?? parent ?? id;
  const list = email.headers.find(({ key }) => key === 'list-id')?.value;
  return {
    subject: oneLine(email.subject ?? ''),
    from: flat(email.from && [email.from]),
    to: flat(email.to),
    cc: flat(email.cc),
    date: (Number.isNaN(sent.getTime()) ? receivedAt : sent).toISOString(),
    received_at: receivedAt.toISOString(),
    ...(id !== undefined && { message_id: id }),
    ...(parent !== undefined && { in_reply_to: parent }),
    ...(thread !== undefined && { thread_id: thread }),
    ...(list !== undefined && { list_id: oneLine(list) }),
  };
}
