import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { fieldError } from './granted-fields.ts';

export type JwtAlgorithm = 'RS256' | 'ES256';

export interface JwtRequest {
  readonly algorithm: JwtAlgorithm;
  /** PEM, PKCS#1, SEC 1 or PKCS#8; line breaks may be written `\n`, as they are in the key files of Google. */
  readonly privateKey: string;
  readonly keyId?: string | undefined;
  /** What is left out (`undefined`) is not in the JWT. */
  readonly claims: Readonly<Record<string, string | number | undefined>>;
}

const FEWEST_RSA_BITS = 2048;

/** The key, once it fits the algorithm (RFC 7518 §3.3 and §3.4). Throws `invalid_auth_fields`; its words hold nothing of the key. */
function readKey(pem: string, algorithm: JwtAlgorithm): KeyObject {
  const key = parsedKey(pem.replaceAll('\\n', '\n'));
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const fits =
    algorithm === 'RS256'
      ? key.asymmetricKeyType === 'rsa' && modulusLength >= FEWEST_RSA_BITS
      : key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1';
  if (fits) return key;
  const wanted = algorithm === 'RS256' ? `an RSA key of at least ${FEWEST_RSA_BITS} bits` : 'an EC key on P-256';
  throw fieldError('private_key', `must be ${wanted}`, 'invalid_format');
}

function parsedKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw fieldError('private_key', 'must be a private key in PEM, without a passphrase', 'invalid_format');
  }
}

const segment = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

/** A compact JWS (RFC 7515 §3.1) over the claims. */
export function signedJwt({ algorithm, privateKey, keyId, claims }: JwtRequest): string {
  const key = readKey(privateKey, algorithm);
  const header = { alg: algorithm, typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const text = `${segment(header)}.${segment(claims)}`;
  // ES256 wants the two numbers side by side, not ASN.1 (RFC 7518 §3.4).
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
