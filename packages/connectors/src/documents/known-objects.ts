import { createHash } from 'node:crypto';

/** A file as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** Changes with the content, where the source has such a thing; else empty. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Fingerprints of 6 bytes: a changed object passes for a known one once in 10^11 times. */
const FINGERPRINT_BYTES = 6;

/** Above so many objects a cursor that knows each would be too large to be written with every page. */
export const MOST_KNOWN = 2_000;

/** Remembers objects by key, ETag, size and time of change, 8 characters of Base64 each. */
export class KnownObjects {
  readonly #fingerprints = new Set<number>();

  static parse(text: string): KnownObjects {
    const bytes = Buffer.from(text, 'base64');
    const known = new KnownObjects();
    for (let at = 0; at + FINGERPRINT_BYTES <= bytes.length; at += FINGERPRINT_BYTES)
      known.#fingerprints.add(bytes.readUIntBE(at, FINGERPRINT_BYTES));
    return known;
  }

  has(object: ListedObject): boolean {
    return this.#fingerprints.has(fingerprint(object));
  }

  add(object: ListedObject): void {
    // One more than can be written is enough to know that they are too many.
    if (this.#fingerprints.size <= MOST_KNOWN) this.#fingerprints.add(fingerprint(object));
  }

  /** Absent when there are more than `MOST_KNOWN`. */
  toText(): string | undefined {
    if (this.#fingerprints.size > MOST_KNOWN) return undefined;
    const bytes = Buffer.alloc(this.#fingerprints.size * FINGERPRINT_BYTES);
    for (const [at, print] of [...this.#fingerprints].entries())
      bytes.writeUIntBE(print, at * FINGERPRINT_BYTES, FINGERPRINT_BYTES);
    return bytes.toString('base64');
  }
}

function fingerprint({ key, etag, size, modifiedAt }: ListedObject): number {
  const text = JSON.stringify([key, etag, size, modifiedAt]);
  return createHash('sha256').update(text).digest().readUIntBE(0, FINGERPRINT_BYTES);
}
