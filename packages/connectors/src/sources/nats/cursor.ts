import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Config } from './config.ts';

export const StreamCursor = z.object({
  /** Fingerprint of the settings that decide what a record is. */
  rules: z.string(),
  /** When the stream was created, as the server writes it; another stream of the same name has another time. */
  created: z.string(),
  /** Every message up to this sequence was read. */
  sequence: z.int().min(0),
  /** A first read was through. */
  isThrough: z.boolean(),
  /** The state of the stream when it was last looked for messages that are gone. */
  seen: z.object({ first: z.int(), messages: z.int(), deleted: z.int(), last: z.int() }).optional(),
  /** When that was, milliseconds since the epoch. */
  seenAt: z.number().optional(),
});
export type StreamCursor = z.output<typeof StreamCursor>;

/** Raise it when the same message gives another record. */
const READER_VERSION = 1;

export function rulesOf({ key, max_message_bytes, removed_messages }: Config): string {
  const settings = [READER_VERSION, key, max_message_bytes, removed_messages];
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 16);
}
