import { z } from 'zod';
import type { RecordDescription } from '../../kit/connector.ts';

const Address = z.object({ name: z.string().optional(), address: z.string() });
export type Address = z.output<typeof Address>;

export const Message = z.object({
  mailbox: z.string(),
  uid_validity: z.string(),
  uid: z.int(),
  message_id: z.string().optional(),
  in_reply_to: z.string().optional(),
  /** The first message of the conversation, as far as the headers tell. */
  thread_id: z.string().optional(),
  subject: z.string(),
  from: z.array(Address),
  to: z.array(Address),
  cc: z.array(Address),
  list_id: z.string().optional(),
  date: z.string(),
  received_at: z.string(),
  flags: z.array(z.string()),
  size: z.int(),
  attachments: z.array(z.object({ name: z.string(), media_type: z.string() })),
  /** The words of the body; kept for search only. */
  text: z.string().optional(),
});
export type Message = z.output<typeof Message>;

/**
 * UIDs are never used twice in a mailbox while UIDVALIDITY stays, and every message has one. Message-ID is no key: copies
 * share it, and some messages have none. So a message that is moved is deleted in one place and inserted in the other.
 */
export const messageKey = (path: string, validity: string, uid: number): string => `${path}/${validity}/${uid}`;

const written = ({ name, address }: Address): string => (name === undefined ? address : `${name} <${address}>`);
const line = (label: string, people: readonly Address[]): string =>
  people.length === 0 ? '' : `${label}: ${people.map(written).join(', ')}\n`;

/** What is searched: subject, people and body. */
export const messageText = ({ subject, from, to, cc, text = '' }: Message): string =>
  `${subject}\n${line('From', from)}${line('To', to)}${line('Cc', cc)}\n${text}`;

export function describeMessage({ subject, date, mailbox }: Message): RecordDescription {
  return {
    name: subject === '' ? '(no subject)' : subject,
    createdAt: Date.parse(date),
    breadcrumbs: [{ id: mailbox, name: mailbox, type: 'mailbox' }],
  };
}
