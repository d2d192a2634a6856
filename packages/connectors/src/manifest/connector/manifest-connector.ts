import type { Connector } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { loadContents } from './load-contents.ts';
import { manifestOutline } from './manifest-outline.ts';
import { type ConnectorWords, outlinedConnector } from './outlined-connector.ts';

export interface ManifestConnectorOptions extends ConnectorWords {
  /** YAML or JSON text, or what it says. */
  readonly manifest: string | JsonObject;
  /** Files beside the manifest, by their paths from its folder. */
  readonly files?: ReadonlyMap<string, string>;
  /** Ports of its Python classes. */
  readonly custom?: CustomComponents;
}

/**
 * A connector of the kit from a declarative manifest (https://docs.airbyte.com/platform/connector-development/config-based/).
 * Throws `ConnectorError('configuration')` when the manifest is not valid.
 */
export function manifestConnector({
  manifest: source,
  files = new Map(),
  custom = new Map(),
  ...words
}: ManifestConnectorOptions): Connector {
  const { manifest } = loadContents(source, { custom, files });
  const contents = Promise.resolve({ manifest, custom, files });
  return outlinedConnector({ words, outline: manifestOutline(manifest), load: () => contents });
}
