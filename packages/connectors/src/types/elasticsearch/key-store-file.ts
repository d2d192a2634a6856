import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { ConnectorError } from '../../kit/connector-error.ts';
import { Secret } from '../../kit/secret.ts';

/** What a PKCS#12 file holds, as PEM. */
export interface KeyStoreContent {
  /** All its certificates; the one of the private key, when there is one, comes first. */
  readonly certificates: string;
  readonly privateKey?: Secret;
}

/**
 * Opens a PKCS#12 file that is given in Base64. A file without a private key is a trust store, which Node's own TLS does not take.
 * Throws `ConnectorError('configuration')` that names `field` and says what is wrong with it.
 */
export async function openKeyStoreFile(
  base64: Secret,
  password: Secret | null,
  field: string,
): Promise<KeyStoreContent> {
  // Loaded when a file is opened, so that listing types costs nothing of it.
  const [{ openPkcs12 }, { UnusableKeyMaterial }] = await Promise.all([
    import('../../kit/pkcs12.ts'),
    import('../../kit/unusable-key-material.ts'),
  ]);
  try {
    const { certificates, privateKeys } = openPkcs12(Buffer.from(base64.reveal(), 'base64'), password?.reveal() ?? '');
    const [key] = privateKeys.map((der) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    return contentOf(certificates, key, field);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    const why = error instanceof UnusableKeyMaterial ? error.message : 'What it holds is damaged.';
    throw new ConnectorError('configuration', `${field} is not a usable PKCS#12 file: ${why}`);
  }
}

function contentOf(certificates: readonly Buffer[], key: KeyObject | undefined, field: string): KeyStoreContent {
  const isOwn = (one: X509Certificate): boolean => key !== undefined && one.checkPrivateKey(key);
  const sorted = certificates
    .map((der) => new X509Certificate(der))
    .toSorted((one, other) => Number(isOwn(other)) - Number(isOwn(one)));
  if (sorted.length === 0) throw new ConnectorError('configuration', `${field} holds no certificate.`);
  const pem = sorted.map((one) => one.toString()).join('');
  return {
    certificates: pem,
    ...(key && { privateKey: new Secret(key.export({ type: 'pkcs8', format: 'pem' }) as string) }),
  };
}
