import type { X509Certificate } from 'node:crypto';
import type { JsonText } from '../control/schema.ts';

/** What may be shown of a certificate. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256, in hexadecimal with colons. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** `DNS:example.com`, `IP Address:192.0.2.1`, … */
  readonly subjectAltNames: readonly string[];
  /** It may issue others. */
  readonly isAuthority: boolean;
}

const DAY_MS = 86_400_000;
/** From then on an answer says that a certificate expires soon. */
const SOON_DAYS = 30;

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    serialNumber: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    // Names with a comma in them are quoted.
    subjectAltNames: (certificate.subjectAltName?.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((one) =>
      one.trim(),
    ),
    isAuthority: certificate.ca,
  };
}

/** A distinguished name on one line. */
export function nameOf(distinguished: string | undefined): string {
  return distinguished?.replaceAll('\n', ', ') || '(no name)';
}

export function readFacts(text: JsonText): readonly CertificateFacts[] {
  return JSON.parse(text) as CertificateFacts[];
}

/** What its owner should know: that it has expired, does soon, or is not valid yet. */
export function warningsOf(facts: readonly CertificateFacts[], now: number): readonly string[] {
  return facts.flatMap(({ subject, notBefore, notAfter }) => {
    if (now < notBefore) return [`The certificate of ${subject} is not valid before ${isoOf(notBefore)}.`];
    const days = Math.floor((notAfter - now) / DAY_MS);
    if (notAfter <= now) return [`The certificate of ${subject} expired at ${isoOf(notAfter)}.`];
    if (days < SOON_DAYS) return [`The certificate of ${subject} expires at ${isoOf(notAfter)}, in ${days} days.`];
    return [];
  });
}

export function isoOf(millis: number): string {
  return new Date(millis).toISOString();
}
