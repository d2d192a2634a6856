import { createPrivateKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { KeyRounds } from '@tributary/connectors/kit/key-rounds';
import { derOf, type PemBlock } from './pem.ts';
import { UnusableKeyMaterial } from '@tributary/connectors/kit/unusable-key-material';

const usable = new Set<string | undefined>(['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448']);

/** Opens a private key of a PEM text: PKCS#8, PKCS#1 or SEC 1, encrypted or not. Throws UnusableKeyMaterial. */
export function openPrivateKey(block: PemBlock, passphrase: string | undefined): KeyObject {
  const encrypted = block.label === 'ENCRYPTED PRIVATE KEY' || block.text.includes('Proc-Type: 4,ENCRYPTED');
  if (encrypted && passphrase === undefined) {
    throw new UnusableKeyMaterial('The private key is encrypted; give its passphrase too.');
  }
  if (block.label === 'ENCRYPTED PRIVATE KEY') countRounds(derOf(block));
  try {
    return checked(createPrivateKey({ key: block.text, ...(encrypted && { passphrase }) }));
  } catch (error) {
    if (error instanceof UnusableKeyMaterial) throw error;
    const why = encrypted ? 'its passphrase is another one, or its encryption is too old' : 'it is damaged';
    throw new UnusableKeyMaterial(`The private key cannot be read: ${why}.`);
  }
}

/** The same for the bytes of an unencrypted PKCS#8 structure. */
export function privateKeyOfDer(der: Buffer): KeyObject {
  try {
    return checked(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  } catch (error) {
    if (error instanceof UnusableKeyMaterial) throw error;
    throw new UnusableKeyMaterial('The private key in the PKCS#12 file cannot be read.');
  }
}

function checked(key: KeyObject): KeyObject {
  if (usable.has(key.asymmetricKeyType)) return key;
  throw new UnusableKeyMaterial(
    `A private key of type ${key.asymmetricKeyType} cannot be used; give RSA, EC or Ed25519.`,
  );
}

function countRounds(der: Buffer): void {
  let parameters: forge.asn1.Asn1 | undefined;
  try {
    const [algorithm] = forge.asn1.fromDer(der.toString('binary')).value as forge.asn1.Asn1[];
    parameters = algorithm;
  } catch {
    throw new UnusableKeyMaterial('The private key cannot be read: it is damaged.');
  }
  if (parameters) new KeyRounds().spendOn(parameters);
}
