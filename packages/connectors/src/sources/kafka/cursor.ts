import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Config } from './config.ts';

/** Where a partition is read on. */
export const PartitionCursor = z.object({
  /** Fingerprint of the settings that decide what a record is. */
  rules: z.string(),
  /** The cluster's id of the topic, `''` where it has none; a topic that was made anew has another. */
  topic: z.string(),
  /** The next offset to read. */
  offset: z.string().regex(/^\d{1,19}$/),
});
export type PartitionCursor = z.output<typeof PartitionCursor>;

/** Raise it when the same message gives another record. */
const READER_VERSION = 1;

export function rulesOf({ key, max_message_bytes, start }: Config): string {
  const settings = [READER_VERSION, key, max_message_bytes, start];
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 16);
}
