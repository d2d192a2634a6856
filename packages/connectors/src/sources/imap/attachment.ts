import { z } from 'zod';
import type { RecordDescription } from '../../kit/connector.ts';
import { messageKey } from './message.ts';

export const Attachment = z.object({
  mailbox: z.string(),
  uid_validity: z.string(),
  uid: z.int(),
  /** Place among the message's attachments, from 1. */
  number: z.int(),
  name: z.string(),
  media_type: z.string(),
  size: z.int(),
  message_id: z.string().optional(),
  subject: z.string(),
  from: z.array(z.object({ name: z.string().optional(), address: z.string() })),
  date: z.string(),
  title: z.string().optional(),
  /** The file's words; kept for search only. */
  text: z.string().optional(),
});
export type Attachment = z.output<typeof Attachment>;

/** More attachments of one message are left out, and counted. */
export const MOST_ATTACHMENTS = 100;

export const attachmentKey = (path: string, validity: string, uid: number, number: number): string =>
  `${messageKey(path, validity, uid)}/${number}`;

/** What is searched: the file's name and words, and the subject that it came under. */
export const attachmentSearchText = ({ name, title, subject, text = '' }: Attachment): string =>
  `${[name, title, subject].filter((words) => words !== undefined && words !== '').join('\n')}\n\n${text}`;

export function describeAttachment(row: Attachment): RecordDescription {
  const { mailbox, uid_validity, uid, name, subject, date } = row;
  return {
    name,
    createdAt: Date.parse(date),
    breadcrumbs: [
      { id: mailbox, name: mailbox, type: 'mailbox' },
      { id: messageKey(mailbox, uid_validity, uid), name: subject || '(no subject)', type: 'message' },
    ],
  };
}
