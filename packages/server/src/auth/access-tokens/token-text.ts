import { newKeyText } from '../key-text.ts';

/** What every access token begins with; no API key does. */
export const tokenPrefix = 'tribat_';

/** A fresh token with the 256 random bits of an API key. */
export function newTokenText(): string {
  return `${tokenPrefix}${newKeyText().split('_')[1] ?? ''}`;
}
