import type { Actor } from './actor.ts';

/** Tells who presents a key. */
export interface Authenticator {
  /** @throws unauthenticated when the key is missing, unknown, expired or revoked. */
  authenticate(presented: string | undefined): Promise<Actor>;
}

/**
 * The key in a request's headers: `x-api-key` wins over `Authorization: Bearer …`, an empty header counts as absent.
 * Header names are lower case.
 */
export function presentedKey(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const direct = headers['x-api-key'];
  if (typeof direct === 'string' && direct.trim() !== '') return direct.trim();
  const match = /^bearer +(\S+) *$/i.exec(String(headers['authorization'] ?? ''));
  return match?.[1];
}
