import type { KeyObject, X509Certificate } from 'node:crypto';
import { nameOf } from './certificate-facts.ts';
import { UnusableKeyMaterial } from '@tributary/connectors/kit/unusable-key-material';

/**
 * The certificates of a key in the order that TLS wants: the key's own first, then who issued it, and so on. The order in
 * which they are given does not matter. Throws UnusableKeyMaterial when none is the key's, or one is of no use to it.
 */
export function chainOf(key: KeyObject, given: readonly X509Certificate[]): readonly X509Certificate[] {
  const own = given.find((one) => one.checkPrivateKey(key));
  if (!own) throw new UnusableKeyMaterial('The private key belongs to none of the certificates.');
  const chain = [own];
  // Grows while it is gone through.
  for (const one of chain) chain.push(...given.filter((other) => !chain.includes(other) && isIssuedBy(one, other)));
  const stranger = given.find((one) => !chain.includes(one));
  if (stranger) {
    throw new UnusableKeyMaterial(
      `The certificate of ${nameOf(stranger.subject)} does not belong to the chain of ${nameOf(own.subject)}; leave it out.`,
    );
  }
  return chain;
}

function isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return one.checkIssued(issuer) && one.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
