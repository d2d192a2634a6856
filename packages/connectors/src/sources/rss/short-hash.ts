import { createHash } from 'node:crypto';

/** The first `length` characters of a SHA-256 in base64url over some parts, which no other parts can imitate. */
export const shortHash = (length: number, ...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, length);
