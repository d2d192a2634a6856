import { constants, createHmac, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';

export interface JwtKey {
  /** PEM for the algorithms with a private key, any text for those with a shared one. */
  readonly text: string;
  readonly passphrase?: string;
}

export interface JwtHeader extends JsonObject {
  readonly alg: string;
}

const FAMILIES = ['HS', 'RS', 'PS', 'ES'];

/**
 * A signed JSON Web Token in its compact form (RFC 7515, RFC 7518 §3, RFC 8037). The algorithm is that of `header.alg`. Throws
 * `ConnectorError('configuration')` when there is no such algorithm or the key does not fit it.
 */
export function signJwt(header: JwtHeader, payload: JsonObject, key: JwtKey): string {
  const input = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${signature(header.alg, input, key).toString('base64url')}`;
}

function signature(algorithm: string, input: string, key: JwtKey): Buffer {
  const data = Buffer.from(input);
  if (algorithm === 'EdDSA') return withPrivateKey(key, (privateKey) => sign(null, data, privateKey));
  const [family, digest] = [algorithm.slice(0, 2), `sha${/\d{3}/.exec(algorithm)?.[0] ?? ''}`];
  if (!FAMILIES.includes(family) || !/^sha(?:256|384|512)$/.test(digest)) {
    throw new ConnectorError('configuration', `JwtAuthenticator: there is no algorithm "${algorithm}".`);
  }
  if (family === 'HS') return createHmac(digest, key.text).update(data).digest();
  return withPrivateKey(key, (privateKey) => sign(digest, data, { key: privateKey, ...signing(family) }));
}

function signing(family: string): Omit<Parameters<typeof sign>[2] & object, 'key'> {
  if (family === 'ES') return { dsaEncoding: 'ieee-p1363' };
  if (family === 'RS') return {};
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

function withPrivateKey(key: JwtKey, act: (privateKey: KeyObject) => Buffer): Buffer {
  try {
    return act(
      createPrivateKey({ key: pem(key.text), ...(key.passphrase !== undefined && { passphrase: key.passphrase }) }),
    );
  } catch {
    // What the library says may quote the key.
    throw new ConnectorError(
      'configuration',
      'JwtAuthenticator: the secret key is no private key in PEM for this algorithm, or its passphrase is wrong.',
    );
  }
}

/** Forms keep line breaks of a key as `\n`, or as blanks. */
function pem(text: string): string {
  const lines = text.replaceAll('\\n', '\n').trim();
  const match = /^(-----BEGIN [A-Z ]+-----)([\s\S]+)(-----END [A-Z ]+-----)$/.exec(lines);
  if (!match || lines.includes('\n')) return lines;
  const [, begin = '', body = '', end = ''] = match;
  return `${begin}\n${body.trim().replaceAll(/\s+/g, '\n')}\n${end}`;
}
