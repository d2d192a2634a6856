import { createHmac } from 'node:crypto';
import { must } from '../lib/asserts.ts';
import { decrypt, encrypt } from './aes-gcm.ts';

/** A data key as a key of the ring has wrapped it. */
export interface WrappedKey {
  readonly keyId: string;
  /** Base64 of IV, tag and ciphertext. */
  readonly wrapped: string;
}

/**
 * The keys of the ring as they are now, newest last; `undefined` when nothing has changed since the last call, or cannot be
 * told. Asked before every wrapping and for every unknown id, in the middle of other work: it must be quick and cannot wait.
 * `known` are the keys that the ring has so far, by id.
 */
export type LookForKeys = (known: ReadonlyMap<string, Buffer>) => readonly Buffer[] | undefined;

/**
 * The keys that wrap data keys. The last one wraps; all unwrap, so that a new key can be added while old rows exist, and
 * while processes run: a ring looks for new keys before it wraps, and before it says that it lacks one. A key that it has
 * had opens until the process ends, also when it was taken out of the file.
 * A key's id is derived from the key: a ring with another key cannot pass for the right one.
 */
export class KeyRing {
  readonly #keys = new Map<string, Buffer>();
  readonly #look: LookForKeys;
  #current = '';

  /** `keys` are 32 bytes each, the newest last. */
  constructor(keys: readonly Buffer[], look: LookForKeys = () => undefined) {
    this.#look = look;
    this.#take(keys);
  }

  has(keyId: string): boolean {
    if (!this.#keys.has(keyId)) this.#refresh();
    return this.#keys.has(keyId);
  }

  /** Id of the key that wraps. */
  get currentKeyId(): string {
    this.#refresh();
    return this.#current;
  }

  wrap(dataKey: Buffer, associatedData: Buffer): WrappedKey {
    this.#refresh();
    const key = must(this.#keys.get(this.#current), 'the current key is in the ring');
    return { keyId: this.#current, wrapped: encrypt(key, dataKey, associatedData).toString('base64') };
  }

  /** The data key, or undefined when the ring lacks the key, or the wrapped key or its place was changed. */
  unwrap({ keyId, wrapped }: WrappedKey, associatedData: Buffer): Buffer | undefined {
    if (!this.has(keyId)) return undefined;
    const key = must(this.#keys.get(keyId), 'the ring has just said that it has the key');
    return decrypt(key, Buffer.from(wrapped, 'base64'), associatedData);
  }

  #refresh(): void {
    const keys = this.#look(this.#keys);
    if (keys) this.#take(keys);
  }

  #take(keys: readonly Buffer[]): void {
    for (const key of keys) this.#keys.set(keyIdOf(key), key);
    this.#current = keyIdOf(must(keys.at(-1), 'a key ring has a key'));
  }
}

/** Tells keys apart without telling anything about them: 16 hexadecimal digits. */
export function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('tributary vault key id').digest('hex').slice(0, 16);
}
