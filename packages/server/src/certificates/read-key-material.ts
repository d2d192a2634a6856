import { type KeyObject, X509Certificate } from 'node:crypto';
import { chainOf } from './certificate-chain.ts';
import { type CertificateFacts, factsOf } from './certificate-facts.ts';
import { type PemBlock, pemBlocks } from './pem.ts';
import { openPkcs12 } from '@tributary/connectors/kit/pkcs12';
import { openPrivateKey, privateKeyOfDer } from './private-key.ts';
import { UnusableKeyMaterial } from '@tributary/connectors/kit/unusable-key-material';

/** Certificates and perhaps a key, as their owner has them. */
export type GivenKeyMaterial =
  | {
      readonly type: 'pem';
      readonly certificates: string;
      /** Absent: the one that stands beside the certificates, if any. */
      readonly privateKey?: string | undefined;
      readonly passphrase?: string | undefined;
    }
  | { readonly type: 'pkcs12'; readonly base64: string; readonly password: string };

/** The same, checked, all as PEM; the key as PKCS#8. */
export interface ReadKeyMaterial {
  readonly certificates: string;
  readonly privateKey?: string;
  /** Of each certificate, in their order. */
  readonly facts: readonly CertificateFacts[];
}

/** Bytes of one text. */
const MOST_BYTES = 1_048_576;
/** More than the authorities that a browser trusts. */
const MOST_CERTIFICATES = 500;

/**
 * Reads and checks: what is a certificate, which is the key's, who issued whom. Expiry is for the caller to judge. It takes as
 * long as the file's encryption asks for. Throws UnusableKeyMaterial.
 */
export function readKeyMaterial(given: GivenKeyMaterial): ReadKeyMaterial {
  const { certificates, keys } = given.type === 'pem' ? readPem(given) : readPkcs12(given);
  if (certificates.length === 0) throw new UnusableKeyMaterial('There is no certificate in it.');
  if (certificates.length > MOST_CERTIFICATES) {
    throw new UnusableKeyMaterial(
      `There are ${certificates.length} certificates in it; ${MOST_CERTIFICATES} are allowed.`,
    );
  }
  if (keys.length > 1)
    throw new UnusableKeyMaterial('There are several private keys in it; give each with its own name.');
  const known = new Map(certificates.map((one) => [one.fingerprint256, one]));
  const [key] = keys;
  const chain = key ? chainOf(key, [...known.values()]) : [...known.values()];
  return {
    certificates: chain.map(String).join(''),
    ...(key && { privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() }),
    facts: chain.map(factsOf),
  };
}

interface Found {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

const isKey = ({ label }: PemBlock): boolean => label.endsWith('PRIVATE KEY');

function readPem({ certificates, privateKey, passphrase }: GivenKeyMaterial & { readonly type: 'pem' }): Found {
  refuseLarge(certificates, privateKey ?? '');
  const blocks = pemBlocks(certificates);
  const own = privateKey === undefined ? blocks.filter(isKey) : pemBlocks(privateKey).filter(isKey);
  if (privateKey !== undefined && own.length === 0) {
    throw new UnusableKeyMaterial(
      'The private key is not PEM: it begins with -----BEGIN PRIVATE KEY----- or the like.',
    );
  }
  return {
    certificates: blocks
      .filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
      .map(({ text }) => openCertificate(text)),
    keys: own.map((block) => openPrivateKey(block, passphrase)),
  };
}

function readPkcs12({ base64, password }: GivenKeyMaterial & { readonly type: 'pkcs12' }): Found {
  refuseLarge(base64);
  const { certificates, privateKeys } = openPkcs12(Buffer.from(base64, 'base64'), password);
  return { certificates: certificates.map(openCertificate), keys: privateKeys.map(privateKeyOfDer) };
}

function openCertificate(encoded: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(encoded);
  } catch {
    throw new UnusableKeyMaterial('A certificate in it cannot be read: it is damaged.');
  }
}

function refuseLarge(...texts: readonly string[]): void {
  if (texts.some((text) => Buffer.byteLength(text) > MOST_BYTES)) {
    throw new UnusableKeyMaterial(`It is larger than ${MOST_BYTES / 1_048_576} MB.`);
  }
}
