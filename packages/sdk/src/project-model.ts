import type { Timestamp } from './model.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Timestamp;
}

/** Where the workers of a project run. */
export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Timestamp;
}

/** Where a variable stands: in a project, or in one environment of it. */
export interface VariablePlace {
  readonly project: string;
  /** Left out: for every environment that has none of the name. */
  readonly environment?: string | undefined;
}

/** What a `${name}` placeholder of a connection stands for. */
export interface Variable {
  readonly name: string;
  readonly secret: boolean;
  /** Null when it is secret. */
  readonly value: string | null;
  readonly createdAt: Timestamp;
  readonly modifiedAt: Timestamp;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

export interface VariableInput {
  /** Left out: what is stored stays. */
  readonly value?: string | null;
  /** Never show it again. Left out: as it is stored; a new one is plain. */
  readonly secret?: boolean;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  /** SHA-256. */
  readonly fingerprint: string;
  readonly notBefore: Timestamp;
  readonly notAfter: Timestamp;
  readonly subjectAltNames: readonly string[];
  readonly isAuthority: boolean;
}

/** Certificates that are known under one name; a key store has a private key too, which is never shown. */
export interface Certificate {
  readonly id: string;
  readonly name: string;
  readonly kind: 'certificate' | 'key_store';
  readonly hasPrivateKey: boolean;
  /** In a key store the chain, the certificate of its key first. */
  readonly certificates: readonly CertificateFacts[];
  readonly expiresAt: Timestamp | null;
  /** What has expired, expires within 30 days, or is not valid yet. */
  readonly warnings: readonly string[];
  readonly createdAt: Timestamp;
  readonly modifiedAt: Timestamp;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

/** PEM, or a PKCS#12 file. */
export type CertificateInput = (
  | {
      /** PEM: certificates, and perhaps their private key. */
      readonly certificate: string;
      readonly privateKey?: string;
      readonly passphrase?: string;
    }
  | {
      /** Base64. */
      readonly pkcs12: string;
      readonly password?: string;
    }
) & {
  /** Take it although it has expired. */
  readonly allowExpired?: boolean;
};
