import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Of a key, in bytes. */
export const KEY_BYTES = 32;
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a fresh random IV of 96 bits (NIST SP 800-38D §8.2.2); gives IV, tag and ciphertext in one. */
export function encrypt(key: Buffer, plain: Buffer, associatedData: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
}

/** Reverses `encrypt`; undefined when key, bytes or associated data are not those of the encryption. */
export function decrypt(key: Buffer, sealed: Buffer, associatedData: Buffer): Buffer | undefined {
  if (sealed.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(associatedData).setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
