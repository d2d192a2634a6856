import type { Connector } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import { signInOf } from '../specification/sign-in.ts';
import { loadParts } from './load-parts.ts';
import { manifestOutline } from './manifest-outline.ts';
import { type ConnectorWords, outlinedConnector, outlinedTitle } from './outlined-connector.ts';
import type { ManifestParts } from './open-manifest.ts';

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
export function manifestConnector({ manifest: source, files, custom, ...words }: ManifestConnectorOptions): Connector {
  const loaded = loadParts({ manifest: source, ...(files && { files }), ...(custom && { custom }) });
  const { manifest, spec } = loaded;
  const ground = { id: words.id, title: outlinedTitle(words, spec), spec, manifest };
  // Whoever gives a sign-in of their own does without the manifest's.
  const signIn = words.oauth ? { warnings: [] } : signInOf(ground);
  const parts: ManifestParts = { ...loaded, login: signIn.login };
  return outlinedConnector({ words, outline: manifestOutline(manifest), signIn, parts: () => Promise.resolve(parts) });
}
