import forge from 'node-forge';
import { UnusableKeyMaterial } from './unusable-key-material.ts';

/** Rounds of hashing that one file may ask for: OpenSSL writes 2,048, Java 10,000, careful people some 100,000. */
const MOST_ROUNDS = 1_000_000;
/** N × r × p of scrypt; OpenSSL writes 2^17. */
const MOST_SCRYPT = 2 ** 20;
const SCRYPT = '1.3.6.1.4.1.11591.4.11';

/**
 * Counts what deriving keys from the password costs, before it is done: the file says how often to hash, and one that says
 * billions would keep us busy for hours.
 */
export class KeyRounds {
  #spent = 0;

  spend(rounds: number): void {
    this.#spent += rounds;
    if (!(rounds >= 1) || this.#spent > MOST_ROUNDS) throw tooMany();
  }

  /** What the parameters of an encryption algorithm ask for. */
  spendOn(parameters: forge.asn1.Asn1): void {
    const nodes = everyNode(parameters);
    const numbers = nodes.filter(({ type }) => type === forge.asn1.Type.INTEGER).map(numberOf);
    const isScrypt = nodes.some((node) => node.type === forge.asn1.Type.OID && oidOf(node) === SCRYPT);
    if (!isScrypt) this.spend(Math.max(1, ...numbers));
    // Its numbers are N, r, p and, perhaps, the length of the key.
    else if (numbers.slice(0, 3).reduce((product, one) => product * one, 1) > MOST_SCRYPT) throw tooMany();
  }
}

/** An INTEGER that may be larger than ours are. */
export function numberOf(node: forge.asn1.Asn1): number {
  return Number(`0x${Buffer.from(contentOf(node), 'binary').toString('hex') || '0'}`);
}

export function oidOf(node: forge.asn1.Asn1): string {
  return forge.asn1.derToOid(contentOf(node));
}

function contentOf({ value }: forge.asn1.Asn1): string {
  if (typeof value !== 'string') throw new Error('constructed');
  return value;
}

function everyNode(node: forge.asn1.Asn1): readonly forge.asn1.Asn1[] {
  const inner = Array.isArray(node.value) ? node.value.flatMap(everyNode) : [];
  return node.tagClass === forge.asn1.Class.UNIVERSAL ? [node, ...inner] : inner;
}

function tooMany(): UnusableKeyMaterial {
  return new UnusableKeyMaterial(
    `Its password is hashed more than ${MOST_ROUNDS} times, which is refused; export it with fewer iterations.`,
  );
}
