import type { JsonObject } from '../../kit/json.ts';
import { checkOverrideRules } from '../check/check-rules.ts';
import { asObject } from '../configuration/as-object.ts';
import { loadManifest } from '../load/load-manifest.ts';
import type { CustomComponents } from '../model/custom-components.ts';
import type { ManifestParts } from './open-manifest.ts';
import { checkStreamGroups } from './stream-group-rules.ts';

interface Source {
  /** YAML or JSON text, or what it says. */
  readonly manifest: string | JsonObject;
  readonly files?: ReadonlyMap<string, string>;
  readonly custom?: CustomComponents;
}

/** Loads a manifest, ready to be opened. Throws `ConnectorError('configuration')` when it is not valid. */
export function loadParts({ manifest: source, files = new Map(), custom = new Map() }: Source): ManifestParts {
  const { manifest } = loadManifest(source, { custom, files });
  checkOverrideRules(manifest);
  checkStreamGroups(manifest);
  return { manifest, spec: asObject(manifest['spec']), custom, files };
}
