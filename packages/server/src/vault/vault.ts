import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { Secret } from '@tributary/connectors/kit/secret';
import { errors } from '../errors.ts';
import type { OrganizationId } from '../lib/ids.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { KeyRing } from './key-ring.ts';

/** Where a sealed value stands. It can be opened in this place only. */
export interface SealContext {
  readonly organizationId: OrganizationId;
  /** Id of the row. */
  readonly row: string;
  /** `table.column`. */
  readonly column: string;
}

/** A sealed value, as its columns hold it. */
export interface Sealed {
  readonly key_id: string;
  /** Base64. */
  readonly wrapped_key: string;
  /** Base64. */
  readonly ciphertext: string;
}

/** A value to seal: JSON that may hold `Secret`s. */
export interface Sealable {
  readonly [key: string]: unknown;
}

/**
 * Envelope encryption: every value has a data key of its own (AES-256-GCM), which a key of the ring wraps. The
 * associated data of both names organization, row and column.
 */
export interface Vault {
  /** Seals a value that JSON can say; `Secret`s in it are sealed with what they hold. */
  seal(value: Sealable, context: SealContext): Sealed;
  /** @throws credential_unreadable when the ring lacks the key, or a byte, or the place, is not that of the sealing */
  open(sealed: Sealed, context: SealContext): JsonObject;
  /** Id of the key that seals now; another one once a key was added. */
  readonly currentKeyId: string;
  /** The same value, its data key wrapped by the current key; the value itself is not opened. @throws credential_unreadable */
  rewrap(sealed: Sealed, context: SealContext): Sealed;
}

export function createVault(ring: KeyRing): Vault {
  return {
    seal(value, context) {
      const dataKey = randomBytes(32);
      const plain = Buffer.from(JSON.stringify(value, revealing));
      const { keyId, wrapped } = ring.wrap(dataKey, associatedData('key', context));
      const ciphertext = encrypt(dataKey, plain, associatedData('value', context)).toString('base64');
      dataKey.fill(0);
      plain.fill(0);
      return { key_id: keyId, wrapped_key: wrapped, ciphertext };
    },
    open(sealed, context) {
      const dataKey = unwrap(ring, sealed, context);
      const plain = decrypt(dataKey, Buffer.from(sealed.ciphertext, 'base64'), associatedData('value', context));
      dataKey.fill(0);
      if (!plain) throw changed(context);
      return JSON.parse(plain.toString('utf8')) as JsonObject;
    },
    get currentKeyId() {
      return ring.currentKeyId;
    },
    rewrap(sealed, context) {
      const dataKey = unwrap(ring, sealed, context);
      const { keyId, wrapped } = ring.wrap(dataKey, associatedData('key', context));
      dataKey.fill(0);
      return { ...sealed, key_id: keyId, wrapped_key: wrapped };
    },
  };
}

function unwrap(ring: KeyRing, { key_id: keyId, wrapped_key: wrapped }: Sealed, context: SealContext): Buffer {
  if (!ring.has(keyId)) {
    throw errors.credential_unreadable({ row: context.row, reason: `the vault lacks the key ${keyId}` });
  }
  const dataKey = ring.unwrap({ keyId, wrapped }, associatedData('key', context));
  if (!dataKey) throw changed(context);
  return dataKey;
}

function changed({ row }: SealContext) {
  return errors.credential_unreadable({ row, reason: 'it was changed or moved since it was sealed' });
}

/** JSON keeps the parts apart, whatever characters they hold. */
function associatedData(part: 'key' | 'value', { organizationId, row, column }: SealContext): Buffer {
  return Buffer.from(JSON.stringify(['tributary', part, organizationId, row, column]));
}

/** A replacer is handed the result of `toJSON`; the secret itself is still in the holder. */
function revealing(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Secret ? original.reveal() : value;
}
