import { hash, randomBytes } from 'node:crypto';

/** What every key begins with, so that secret scanners find one that was leaked. */
export const keyPrefix = 'trib_';
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43;

/** A fresh API key: the prefix and 32 random bytes in base 62. Its maker shows it once and forgets it. */
export function newKeyText(): string {
  let number = BigInt(`0x${randomBytes(32).toString('hex')}`);
  let text = '';
  while (text.length < randomLength) {
    text = `${alphabet[Number(number % 62n)]}${text}`;
    number /= 62n;
  }
  return `${keyPrefix}${text}`;
}

/** SHA-256 in hex. A plain hash is enough for 256 random bits; there is nothing to guess. */
export function hashKey(text: string): string {
  return hash('sha256', text);
}

/** The part of a key that may be shown, so that people can tell their keys apart. */
export function visiblePart(text: string): string {
  return text.slice(0, keyPrefix.length + 6);
}
