import type { Socket } from 'node:net';
import type { BrokenStream } from './broken-stream.ts';
import type { FileAccess } from './file-access.ts';
import type { HttpClient } from './http-client.ts';
import type { JsonObject } from './json.ts';
import type { CheckedAddress } from './network-guard.ts';
import type { KeyMaterial } from './key-material.ts';
import type { Secret } from './secret.ts';

/** Structured log lines; secrets never belong in them. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How a TLS connection proves who is at its ends; certificates and keys are PEM texts. */
export interface TlsSettings {
  /** Defaults to the host. */
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly ca?: string;
  /** Our own certificate and its key, for servers that ask for one. */
  readonly cert?: string;
  readonly key?: Secret;
  /** The certificate must be trusted, but may be one of another host. */
  readonly anyName?: boolean;
}

export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
  /** Milliseconds for resolving, connecting and the TLS handshake together; default 10 seconds. */
  readonly timeoutMs?: number;
  /** Wrap the socket in TLS. */
  readonly tls?: TlsSettings;
}

/** Everything that a connector may touch; the engine makes one per job and owns credentials, retries, clock and network. */
export interface ConnectorContext<Config = unknown, Credentials = unknown> {
  readonly config: Config;
  readonly credentials: Credentials;
  /** HTTP with timeouts, retries, shared rate budget and the guard against private addresses. */
  readonly http: HttpClient;
  /** A connected TCP (or TLS) socket to an address that the guard has checked; for database drivers. */
  readonly connect: (target: ConnectTarget) => Promise<Socket>;
  /** The checked addresses of a host, for clients that take no socket: give them the address, never the name. */
  readonly resolve: (host: string) => Promise<readonly CheckedAddress[]>;
  /** A certificate or key store of the project, by its name. Throws `ConnectorError('configuration')` when there is none. */
  readonly keyMaterial: (name: string) => Promise<KeyMaterial>;
  /** Files below the roots that the operator allowed. */
  readonly files: FileAccess;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Read options that the platform keeps for every source, given as the user set them. */
  readonly options: ReadOptions;
  /**
   * Set where somebody keeps the settings: takes the whole mapping of `SpecifiedConfiguration`, with plain secrets, after the
   * connector has changed it by itself (single-use refresh tokens, migrations). Resolves once it is kept.
   */
  readonly keepConfiguration?: (configuration: JsonObject) => Promise<void>;
  /**
   * Set where somebody has to know which streams are missing from `discover` although the source has them: what is stored of
   * them stays.
   */
  readonly tellBroken?: (broken: BrokenStream) => void;
}

export interface ReadOptions {
  readonly cursorField?: string;
  readonly fullRefresh: boolean;
  /**
   * The schedule is continuous: a source that tells of changes as they happen may go on reading for so many milliseconds after
   * it has caught up, yielding pages as they come; then the read ends and the next job goes on. Absent: end when caught up.
   */
  readonly followMs?: number;
  /** Who reads takes each stream by itself and no feed, and states in their published forms, as the Airbyte protocol does. */
  readonly streamsAlone?: boolean;
  /** Only a beginning is wanted, to see what a source gives: manifests end after it as if there were no more. */
  readonly trial?: TrialLimits;
}

export interface TrialLimits {
  /** Pages of each slice. */
  readonly pages: number;
  /** Slices of each stream. */
  readonly slices: number;
}
