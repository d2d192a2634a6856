import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** The name of the file that describes a backup; it is the first entry of the archive. */
export const MANIFEST_FILE = 'backup.json';

/** Where keys of the vault are that no backup can hold. */
export const KeysElsewhere = z.enum(['environment', 'key_service']);
export type KeysElsewhere = z.output<typeof KeysElsewhere>;

/** What a backup holds. `format` rises when an older program could not read it. */
export const Manifest = z.object({
  format: z.literal(1),
  /** The version that made it. */
  version: z.string(),
  /** ISO 8601. */
  createdAt: z.iso.datetime(),
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  /** What is needed beside it to open the credentials; empty in those of older versions. */
  keysElsewhere: z.array(KeysElsewhere).default([]),
});
export type Manifest = z.output<typeof Manifest>;

/** SHA-256 (hex) of a file, read in pieces. */
export async function fileDigest(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
