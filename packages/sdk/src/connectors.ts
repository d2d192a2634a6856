import type {
  ConnectorContent,
  ConnectorUpgrade,
  ConnectorUpgradeOptions,
  ConnectorVersion,
  OwnConnector,
} from './connector-model.ts';
import type { CallOptions, Transport } from './transport.ts';

const all = '/tributary/v1/connectors';

/** Connectors that the organization has added by their manifests. All sources, these among them, are under `sources`. */
export class Connectors {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** By name. */
  list({ signal }: CallOptions = {}): Promise<readonly OwnConnector[]> {
    return this.#transport.json({ method: 'GET', path: all, signal });
  }

  get(name: string, { signal }: CallOptions = {}): Promise<OwnConnector> {
    return this.#transport.json({ method: 'GET', path: connectorPath(name), signal });
  }

  /** Newest first. */
  versions(name: string, { signal }: CallOptions = {}): Promise<readonly ConnectorVersion[]> {
    return this.#transport.json({ method: 'GET', path: `${connectorPath(name)}/versions`, signal });
  }

  /** @param name the `short_name` under which source connections use it */
  create(name: string, content: ConnectorContent, { signal }: CallOptions = {}): Promise<OwnConnector> {
    return this.#transport.json({ method: 'POST', path: all, body: { name, ...content }, signal });
  }

  /** Gives it a new version, which is used from the next sync on; says what that does to its streams and where requests go. */
  upgrade(
    name: string,
    content: ConnectorContent & ConnectorUpgradeOptions,
    { signal }: CallOptions = {},
  ): Promise<ConnectorUpgrade> {
    return this.#transport.json({ method: 'PUT', path: connectorPath(name), body: content, signal });
  }

  /** Goes to another version that it has. */
  use(
    name: string,
    version: number,
    { signal, ...options }: CallOptions & ConnectorUpgradeOptions = {},
  ): Promise<ConnectorUpgrade> {
    return this.#transport.json({ method: 'PATCH', path: connectorPath(name), body: { version, ...options }, signal });
  }

  delete(name: string, { signal }: CallOptions = {}): Promise<OwnConnector> {
    return this.#transport.json({ method: 'DELETE', path: connectorPath(name), signal });
  }
}

function connectorPath(name: string): string {
  return `${all}/${encodeURIComponent(name)}`;
}
