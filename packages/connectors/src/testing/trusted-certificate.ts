import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Private key and certificate of `db.example.test`, one PEM text, signed by itself. */
export const certificatePem = readFileSync(new URL('../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
export const certificateHost = 'db.example.test';

/** Makes this process trust the certificate, as an operator does with `NODE_EXTRA_CA_CERTS`; gives the way back. */
export function trustCertificate(): () => void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificatePem.slice(certificatePem.indexOf('-----BEGIN CERTIFICATE'))]);
  return () => setDefaultCACertificates(before);
}
