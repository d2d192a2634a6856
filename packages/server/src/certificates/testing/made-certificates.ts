import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export interface MadeCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8, unencrypted. */
  readonly privateKey: string;
}

interface Wanted {
  readonly name: string;
  /** Default: it signs itself. */
  readonly issuer?: MadeCertificate;
  /** Default: now, and a year. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const YEAR_MS = 365 * 86_400_000;
let serial = 0;

/** An RSA certificate for `DNS:<name>` and `IP:127.0.0.1` that can issue others, made here so that no program is needed. For tests. */
export function makeCertificate({ name, issuer, notBefore, notAfter }: Wanted): MadeCertificate {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = forge.pki.privateKeyFromPem(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = (1_000 + (serial += 1)).toString(16);
  const from = notBefore ?? new Date(Math.floor(Date.now() / 1_000) * 1_000 - 60_000);
  certificate.validity.notBefore = from;
  certificate.validity.notAfter = notAfter ?? new Date(from.getTime() + YEAR_MS);
  const subject = [
    { name: 'commonName', value: name },
    { name: 'organizationName', value: 'Tests' },
  ];
  certificate.setSubject(subject);
  certificate.setIssuer(issuer ? forge.pki.certificateFromPem(issuer.certificate).subject.attributes : subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: name },
        { type: 7, ip: '127.0.0.1' },
      ],
    },
  ]);
  certificate.sign(issuer ? forge.pki.privateKeyFromPem(issuer.privateKey) : key, forge.md.sha256.create());
  return {
    certificate: forge.pki.certificateToPem(certificate),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A PKCS#12 file in base64 of a certificate, its key and who issued it. For tests. */
export function makePkcs12(
  { certificate, privateKey }: MadeCertificate,
  password: string,
  options: {
    readonly algorithm?: '3des' | 'aes128' | 'aes256';
    readonly issuers?: readonly string[];
    readonly rounds?: number;
  } = {},
): string {
  const chain = [certificate, ...(options.issuers ?? [])].map((pem) => forge.pki.certificateFromPem(pem));
  const file = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(privateKey), chain, password, {
    algorithm: options.algorithm ?? 'aes256',
    ...(options.rounds !== undefined && { count: options.rounds }),
  });
  return Buffer.from(forge.asn1.toDer(file).getBytes(), 'binary').toString('base64');
}
