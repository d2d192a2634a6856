import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in base64url: links, states, tokens that are shown once. */
export function newOneTimeText(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 in hex: what is stored of it. A plain hash is enough for 256 random bits; there is nothing to guess. */
export function hashOneTimeText(text: string): string {
  return hash('sha256', text);
}

/** Whether the text is the one whose hash is stored, in a time that does not tell how much of it is right. */
export function isOneTimeText(text: string, stored: string): boolean {
  const given = Buffer.from(hashOneTimeText(text), 'hex');
  const wanted = Buffer.from(stored, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
