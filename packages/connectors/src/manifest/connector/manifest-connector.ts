import type { OAuthScheme } from '../../kit/auth.ts';
import type { Connector } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { faceConnector } from './face-connector.ts';
import { loadContents } from './load-contents.ts';
import { manifestFace } from './manifest-face.ts';

export interface ManifestConnectorOptions {
  /** The connector's id; public API, never changed. */
  readonly id: string;
  /** Default: the title of the specification, else the id. */
  readonly title?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** YAML or JSON text, or what it says. */
  readonly manifest: string | JsonObject;
  /** Files beside the manifest, by their paths from its folder. */
  readonly files?: ReadonlyMap<string, string>;
  /** Ports of its Python classes. */
  readonly custom?: CustomComponents;
  /**
   * Access that a person grants at the provider, beside the settings that can be typed in. It authenticates all requests, and
   * goes before what `advanced_auth` of the manifest says.
   */
  readonly oauth?: OAuthScheme;
}

/**
 * A connector of the kit from a declarative manifest (https://docs.airbyte.com/platform/connector-development/config-based/).
 * Throws `ConnectorError('configuration')` when the manifest is not valid.
 */
export function manifestConnector(options: ManifestConnectorOptions): Connector {
  const { custom = new Map(), files = new Map() } = options;
  const { manifest } = loadContents(options.manifest, { custom, files });
  const contents = Promise.resolve({ manifest, custom, files });
  return faceConnector({ ...options, face: manifestFace(manifest), load: () => contents });
}
