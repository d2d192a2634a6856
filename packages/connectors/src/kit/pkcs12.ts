import { createRequire } from 'node:module';
import type forge from 'node-forge';
import { ConnectorError } from './connector-error.ts';
import { Secret } from './secret.ts';

/** Loaded when a file is opened, so that listing types costs nothing of it; the library is CommonJS. */
const library = (): typeof forge => createRequire(import.meta.url)('node-forge') as typeof forge;

/** What a PKCS#12 file (RFC 7292) holds, as PEM. */
export interface Pkcs12Content {
  /** All its certificates; the one of the private key, when there is one, comes first. */
  readonly certificates: string;
  readonly privateKey?: Secret;
}

/**
 * Opens a PKCS#12 file that is given in Base64. A file without a private key is a trust store, which Node's own TLS does not take.
 * Throws `ConnectorError('configuration')` that names `field` when it is no such file or the password is another one.
 */
export function openPkcs12(base64: Secret, password: Secret | null, field: string): Pkcs12Content {
  const { pki, pkcs12, asn1, util } = library();
  let file: forge.pkcs12.Pkcs12Pfx;
  try {
    file = pkcs12.pkcs12FromAsn1(asn1.fromDer(util.decode64(base64.reveal())), false, password?.reveal() ?? '');
  } catch (cause) {
    const words = `${field} is not a PKCS#12 file in Base64, or its password is another one.`;
    throw new ConnectorError('configuration', words, {
      cause: new Error(cause instanceof Error ? cause.name : 'broken'),
    });
  }
  const bags = (type: string | undefined): readonly forge.pkcs12.Bag[] =>
    type === undefined ? [] : (file.getBags({ bagType: type })[type] ?? []);
  const [keyBag] = [...bags(pki.oids['pkcs8ShroudedKeyBag']), ...bags(pki.oids['keyBag'])];
  const isOwn = (bag: forge.pkcs12.Bag): boolean => idOf(bag) !== undefined && idOf(bag) === idOf(keyBag);
  const certificates = bags(pki.oids['certBag'])
    .toSorted((one, other) => Number(isOwn(other)) - Number(isOwn(one)))
    .map(({ cert, asn1: raw }) => pem('CERTIFICATE', cert ? pki.certificateToAsn1(cert) : raw));
  if (certificates.length === 0) throw new ConnectorError('configuration', `${field} holds no certificate.`);
  return { certificates: certificates.join(''), ...(keyBag && { privateKey: privateKeyOf(keyBag) }) };
}

/** Forge reads RSA only; of other keys it hands out the structure as it found it, which is PKCS#8. */
function privateKeyOf({ key, asn1: raw }: forge.pkcs12.Bag): Secret {
  const { pki } = library();
  return new Secret(pem('PRIVATE KEY', key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : raw));
}

function pem(kind: 'CERTIFICATE' | 'PRIVATE KEY', structure: forge.asn1.Asn1): string {
  const { util, asn1 } = library();
  const base64 = util.encode64(asn1.toDer(structure).getBytes());
  return `-----BEGIN ${kind}-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${kind}-----\n`;
}

/** Ties a certificate to its key (RFC 7292, appendix: `localKeyId`). */
const idOf = (bag: forge.pkcs12.Bag | undefined): unknown =>
  (bag?.attributes as { localKeyId?: readonly unknown[] } | undefined)?.localKeyId?.[0];
