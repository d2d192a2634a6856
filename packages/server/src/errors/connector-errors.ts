import type { Declaration } from '../errors.ts';

/** What goes wrong with connectors that organizations add. Part of the catalogue. */
export const connectorErrors = {
  /** The organization has added no connector of this name. List them with `GET /tributary/v1/connectors`. */
  connector_not_found: { kind: 'not_found', message: (d: { name: string }) => `Connector '${d.name}' not found` },
  /** A connector of this name was added before; give a new version of it with `PUT /tributary/v1/connectors/{connectorName}`. */
  connector_exists: { kind: 'conflict', message: (d: { name: string }) => `Connector '${d.name}' already exists` },
  /** A source of this name comes with the service, so that an own one would never be used. Choose another name. */
  connector_name_taken: {
    kind: 'conflict',
    message: (d: { name: string }) => `'${d.name}' is a source that comes with the service; choose another name`,
  },
  /** The manifest cannot be used; the message says where in it, what is wrong and what to write. */
  connector_manifest_invalid: { kind: 'rejected', message: (d: { reason: string }) => d.reason },
  /**
   * Reading the manifest takes more time or memory than a request may have. Split the connector in two, name fewer streams, and use
   * fewer references (`$ref`, anchors) to large parts; the message says what ran out.
   */
  connector_manifest_too_heavy: {
    kind: 'rejected',
    message: (d: { reason: string }) =>
      `The manifest is too heavy: ${d.reason}. Name fewer streams in it, or use fewer references to large parts.`,
  },
  /** The connector has no such version. List them with `GET /tributary/v1/connectors/{connectorName}/versions`. */
  connector_version_not_found: {
    kind: 'not_found',
    message: (d: { name: string; version: number }) => `Connector '${d.name}' has no version ${d.version}`,
  },
  /**
   * This version sends requests, and credentials with them, to hosts that the version in use does not; `details.hosts` names them as
   * the manifest does. Nothing was changed. Look at them, then repeat it with `acceptNewHosts: true` (`--accept-new-hosts`), with a
   * key that may change connections.
   */
  connector_hosts_not_accepted: {
    kind: 'conflict',
    message: (d: { name: string; hosts: readonly string[] }) =>
      `This version of connector '${d.name}' sends requests to other hosts: ${d.hosts.slice(0, 10).join(', ')}. Repeat it with acceptNewHosts (--accept-new-hosts) if that is meant`,
  },
  /** Connections use it. Delete these first. */
  connector_in_use: {
    kind: 'conflict',
    message: (d: { name: string; connections: number }) =>
      `Connector '${d.name}' is used by ${d.connections} connection${d.connections === 1 ? '' : 's'} and cannot be deleted`,
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
