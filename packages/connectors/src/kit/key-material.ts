import type { Secret } from './secret.ts';

/** A certificate or key store of a project, as PEM, whatever it was given as. */
export interface KeyMaterial {
  readonly name: string;
  /** PEM: the certificates of the chain, the leaf first, or those that are trusted. */
  readonly certificates: string;
  /** PEM, PKCS#8; absent in a trust store. */
  readonly privateKey?: Secret;
}
