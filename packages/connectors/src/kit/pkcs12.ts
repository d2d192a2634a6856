import { createHmac, timingSafeEqual } from 'node:crypto';
import forge from 'node-forge';
import { KeyRounds, numberOf, oidOf } from './key-rounds.ts';
import { UnusableKeyMaterial } from './unusable-key-material.ts';

/** What a PKCS#12 file holds, as DER. */
export interface Pkcs12Contents {
  readonly certificates: readonly Buffer[];
  /** PKCS#8, unencrypted. */
  readonly privateKeys: readonly Buffer[];
}

type Node = forge.asn1.Asn1;
const { asn1, pki } = forge;

const oid = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  safeContents: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
  pbes2: '1.2.840.113549.1.5.13',
} as const;

/** Digests of the integrity check, with the length of their keys in bytes. */
const macDigests: Readonly<Record<string, readonly [digest: 'sha1' | 'sha256' | 'sha384' | 'sha512', bytes: number]>> =
  {
    '1.3.14.3.2.26': ['sha1', 20],
    '2.16.840.1.101.3.4.2.1': ['sha256', 32],
    '2.16.840.1.101.3.4.2.2': ['sha384', 48],
    '2.16.840.1.101.3.4.2.3': ['sha512', 64],
  };

const MOST_DEPTH = 4;

/**
 * Opens a file in password integrity mode (RFC 7292): what OpenSSL 3 writes (PBES2, AES-256, SHA-256) and what older programs
 * do (3DES, RC2-40). Throws UnusableKeyMaterial.
 */
export function openPkcs12(bytes: Buffer, password: string): Pkcs12Contents {
  try {
    const [, authSafe, macData] = children(parse(bytes.toString('binary')));
    const content = octets(explicit(contentOf(authSafe, oid.data)));
    const reader = new Reader();
    const fitting = passwords(password).find((one) => !macData || reader.verifies(macData, content, one));
    if (fitting === undefined) throw new UnusableKeyMaterial('The password of the PKCS#12 file is another one.');
    for (const info of children(parse(content))) reader.readInfo(info, fitting);
    return reader;
  } catch (error) {
    if (error instanceof UnusableKeyMaterial) throw error;
    throw new UnusableKeyMaterial('The PKCS#12 file cannot be read: it is damaged, or no PKCS#12 file in base64.');
  }
}

/** Programs write an empty password in two ways. */
function passwords(password: string): readonly (string | null)[] {
  return password === '' ? ['', null] : [password];
}

class Reader implements Pkcs12Contents {
  readonly certificates: Buffer[] = [];
  readonly privateKeys: Buffer[] = [];
  readonly #rounds = new KeyRounds();

  verifies(macData: Node, content: string, password: string | null): boolean {
    const [digestInfo, salt, iterations] = children(macData);
    const [algorithm, expected] = children(digestInfo);
    const [digest, bytes] = macDigests[oidOf(child(algorithm, 0))] ?? [];
    if (!digest || !bytes) {
      throw new UnusableKeyMaterial(
        'The integrity check of the PKCS#12 file is not known; export it with -macalg sha256.',
      );
    }
    const rounds = iterations ? numberOf(iterations) : 1;
    this.#rounds.spend(rounds);
    const saltBytes = forge.util.createBuffer(octets(salt));
    const key = forge.pkcs12.generateKey(password as string, saltBytes, 3, rounds, bytes, forge.md[digest].create());
    const mac = createHmac(digest, Buffer.from(key.getBytes(), 'binary'))
      .update(Buffer.from(content, 'binary'))
      .digest();
    const wanted = Buffer.from(octets(expected), 'binary');
    return wanted.length === mac.length && timingSafeEqual(wanted, mac);
  }

  readInfo(info: Node, password: string | null): void {
    const type = oidOf(child(info, 0));
    const content = explicit(child(info, 1));
    if (type === oid.data) this.#readBags(octets(content), password, 0);
    else if (type === oid.encryptedData) {
      const [, algorithm, encrypted] = children(child(content, 1));
      this.#readBags(this.#decrypt(algorithm, octets(encrypted), password), password, 0);
    } else throw new UnusableKeyMaterial('The PKCS#12 file is protected by a public key; export it with a password.');
  }

  #readBags(content: string, password: string | null, depth: number): void {
    if (depth > MOST_DEPTH) throw new UnusableKeyMaterial('The PKCS#12 file is nested too deeply.');
    for (const bag of children(parse(content))) {
      const value = explicit(child(bag, 1));
      const type = oidOf(child(bag, 0));
      if (type === oid.keyBag) this.privateKeys.push(bytesOf(value));
      else if (type === oid.shroudedKeyBag) {
        const [algorithm, encrypted] = children(value);
        this.privateKeys.push(Buffer.from(this.#decrypt(algorithm, octets(encrypted), password), 'binary'));
      } else if (type === oid.certBag && oidOf(child(value, 0)) === oid.x509) {
        this.certificates.push(Buffer.from(octets(explicit(child(value, 1))), 'binary'));
      } else if (type === oid.safeContents) this.#readBags(asn1.toDer(value).getBytes(), password, depth + 1);
    }
  }

  #decrypt(algorithm: Node | undefined, encrypted: string, password: string | null): string {
    const [name, parameters] = children(algorithm);
    if (!name || !parameters) throw new Error('no algorithm');
    this.#rounds.spendOn(parameters);
    const type = oidOf(name);
    const text = type === oid.pbes2 ? forge.util.encodeUtf8(password ?? '') : (password as string);
    const cipher = cipherFor(type, parameters, text);
    cipher.update(forge.util.createBuffer(encrypted));
    if (!cipher.finish()) throw new UnusableKeyMaterial('The password of the PKCS#12 file is another one.');
    return cipher.output.getBytes();
  }
}

function cipherFor(type: string, parameters: Node, password: string): forge.cipher.BlockCipher {
  // The declarations of the package leave this function out.
  const { pbe } = pki as unknown as {
    readonly pbe: { getCipher(oid: string, parameters: Node, password: string): forge.cipher.BlockCipher };
  };
  try {
    return pbe.getCipher(type, parameters, password);
  } catch {
    const advice = 'export it with AES-256 (OpenSSL 3 does), or 3DES';
    throw new UnusableKeyMaterial(`The PKCS#12 file is encrypted in a way that is not known (${type}); ${advice}.`);
  }
}

function parse(der: string): Node {
  return asn1.fromDer(forge.util.createBuffer(der), false);
}

function children(node: Node | undefined): readonly Node[] {
  if (!node || !Array.isArray(node.value)) throw new Error('not constructed');
  return node.value;
}

function child(node: Node | undefined, at: number): Node {
  const found = children(node)[at];
  if (!found) throw new Error('too short');
  return found;
}

/** What an explicitly tagged value holds. */
function explicit(node: Node): Node {
  return child(node, 0);
}

function contentOf(info: Node | undefined, type: string): Node {
  if (oidOf(child(info, 0)) !== type) {
    throw new UnusableKeyMaterial('The PKCS#12 file is signed by a certificate; export it with a password.');
  }
  return child(info, 1);
}

/** The bytes of an OCTET STRING, which may come in pieces. */
function octets(node: Node | undefined): string {
  if (!node) throw new Error('too short');
  return Array.isArray(node.value) ? node.value.map(octets).join('') : node.value;
}

function bytesOf(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'binary');
}
