import { X509Certificate } from 'node:crypto';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Secret } from '../../kit/secret.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a base64 file, PEM or DER, or of plain PEM, as PEM. Throws `ConnectorError('configuration')`. */
export function trustedChain(file: Secret): string {
  const given = file.reveal();
  const bytes = given.includes('-----BEGIN') ? Buffer.from(given) : Buffer.from(given, 'base64');
  const blocks = bytes.toString('latin1').match(BLOCK) ?? [bytes];
  try {
    return blocks.map((block) => new X509Certificate(block).toString()).join('');
  } catch (cause) {
    const words = 'tlsTrustCertChainFile holds no certificate. Give the base64 of a PEM or DER file.';
    throw new ConnectorError('configuration', words, { cause });
  }
}
