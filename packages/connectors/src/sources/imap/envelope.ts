import type { FetchMessageObject } from 'imapflow';
import type { Address as ParsedAddress, Email } from 'postal-mime';
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

/** The date, or `otherwise` when there is none that makes sense. */
function dateOf(given: Date | string | undefined, otherwise: Date): Date {
  const date = new Date(given ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? otherwise : date;
}

/** Who wrote what to whom and when, from the header fields. A date that cannot be read is that of the arrival. */
export async function envelopeOf({ headers, internalDate }: FetchMessageObject): Promise<Envelope> {
  const email = await decodeMessage(headers ?? Buffer.alloc(0));
  const received = dateOf(internalDate, new Date(0));
  return {
    subject: oneLine(email.subject ?? ''),
    from: flat(email.from && [email.from]),
    to: flat(email.to),
    cc: flat(email.cc),
    date: dateOf(email.date, received).toISOString(),
    received_at: received.toISOString(),
    ...threadOf(email),
  };
}

function threadOf(email: Email): Pick<Envelope, 'message_id' | 'in_reply_to' | 'thread_id' | 'list_id'> {
  const id = firstId(email.messageId);
  const parent = firstId(email.inReplyTo);
  const thread = firstId(email.references) ?? parent ?? id;
  const list = email.headers.find(({ key }) => key === 'list-id')?.value;
  return {
    ...(id !== undefined && { message_id: id }),
    ...(parent !== undefined && { in_reply_to: parent }),
    ...(thread !== undefined && { thread_id: thread }),
    ...(list !== undefined && { list_id: oneLine(list) }),
  };
}
