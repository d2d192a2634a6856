import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Config } from './config.ts';
import { DOCUMENTS_VERSION } from './attachment-text.ts';

/** Up to where a mailbox was read. UIDs only grow while UIDVALIDITY stays (RFC 3501 §2.3.1.1). */
const Place = z.object({
  path: z.string(),
  validity: z.string(),
  /** Every UID below was read. */
  next: z.int().min(1),
  /** How many messages the mailbox held then. */
  count: z.int().min(0),
  /** The highest mod-sequence then (RFC 7162); what is above has changed since. */
  modseq: z.string().regex(/^\d+$/).optional(),
  /** The most records that one of its messages gave. */
  most: z.int().min(0),
});
export type Place = z.output<typeof Place>;

export const MailCursor = z.object({
  /** Fingerprint of the settings that decide how a message is read. */
  rules: z.string(),
  mailboxes: z.array(Place),
  /** The mailbox that was being read: everything up to the UID `at` was, and `Place` says what counts when it is through. */
  pass: Place.extend({ at: z.int().min(0) }).optional(),
  /** First day of the window of `since_days`, `YYYY-MM-DD`. */
  since: z.iso.date().optional(),
  /** Something is gone that the server did not name, so a list of what there is is owed. */
  listing: z.boolean(),
});
export type MailCursor = z.output<typeof MailCursor>;

/** Raise it when the same message gives another record. */
const READER_VERSION = 1;

/** Settings that change what is read of messages that were read before; mailboxes come and go by themselves. */
export function rulesOf({ since_days, max_message_bytes, max_attachment_bytes }: Config): string {
  const settings = [READER_VERSION, DOCUMENTS_VERSION, since_days, max_message_bytes, max_attachment_bytes];
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 16);
}
