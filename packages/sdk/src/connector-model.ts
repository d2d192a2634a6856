import type { Timestamp } from './model.ts';

/** A stream that stands in a manifest. */
export interface ConnectorStream {
  readonly name: string;
  /** Paths of the parts of its key. */
  readonly primaryKey: readonly (readonly string[])[];
  readonly cursorField: string | null;
  readonly partitionedBy: readonly string[];
}

/** A connector that the organization has added; it is a source like any other. */
export interface OwnConnector {
  readonly name: string;
  readonly title: string;
  /** The one that is used. */
  readonly version: number;
  /** SHA-256 of the manifest and its files. */
  readonly contentHash: string;
  readonly origin: string | null;
  readonly streams: readonly ConnectorStream[];
  /** Custom classes that are not there, and the streams that cannot be read without them. */
  readonly missing: readonly { readonly className: string; readonly streams: readonly string[] }[];
  /** Where requests may go, as the manifest has it, templates included. */
  readonly hosts: readonly string[];
  /** What of the manifest cannot be used, for example its way of signing in, and why. */
  readonly warnings: readonly string[];
  readonly createdAt: Timestamp;
  readonly modifiedAt: Timestamp;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

export interface ConnectorVersion {
  readonly version: number;
  readonly contentHash: string;
  readonly origin: string | null;
  readonly createdAt: Timestamp;
  readonly createdByEmail: string | null;
}

export interface ConnectorContent {
  /** A declarative manifest, as YAML or JSON. */
  readonly manifest: string;
  /** Files beside the manifest by their paths, for example `schemas/users.json`. */
  readonly files?: Readonly<Record<string, string>>;
  /** For people. Left out: made of the name. */
  readonly title?: string;
  /** Where the manifest came from, for people. */
  readonly origin?: string;
}

/** What another version of a connector does to a stream. */
export interface ConnectorStreamChange {
  readonly stream: string;
  /** `state_dropped`: the next sync reads the stream from its start. */
  readonly change: 'added' | 'gone' | 'state_kept' | 'state_dropped';
  readonly reason: string;
}

/** A host that requests are sent to by one of two versions only. */
export interface ConnectorHostChange {
  readonly host: string;
  readonly change: 'added' | 'gone';
}

/** How a connector comes to another version. */
export interface ConnectorUpgradeOptions {
  /** Go on although requests are sent to other hosts than before; refused with `connector_hosts_not_accepted` otherwise. */
  readonly acceptNewHosts?: boolean;
}

export interface ConnectorUpgrade {
  readonly connector: OwnConnector;
  readonly changes: readonly ConnectorStreamChange[];
  readonly hosts: readonly ConnectorHostChange[];
}
