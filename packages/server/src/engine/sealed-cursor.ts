import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from '@tributary/connectors/kit/secret';
import type { Json } from '@tributary/connectors/kit/json';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keeps the cursors of a stream that has field rules unreadable: a cursor often holds the last value of a field, which
 * must not be stored as it is. AES-256-GCM under a key derived from the one of the field hashes (HKDF, RFC 5869).
 */
export class CursorSeal {
  readonly #key: Buffer;

  /** @param key base64 */
  constructor(key: Secret) {
    this.#key = Buffer.from(hkdfSync('sha256', Buffer.from(key.reveal(), 'base64'), '', 'tributary stored cursor', 32));
  }

  /** Base64 of IV, tag and ciphertext. */
  seal(cursor: Json): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const text = Buffer.concat([cipher.update(JSON.stringify(cursor), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
  }

  /** `undefined` for what another key has sealed. */
  open(sealed: string): Json | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    }).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as Json;
    } catch {
      return undefined;
    }
  }
}
