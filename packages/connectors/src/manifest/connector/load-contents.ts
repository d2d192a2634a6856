import type { JsonObject } from '../../kit/json.ts';
import { checkOverrideRules } from '../check/check-rules.ts';
import { loadManifest } from '../load/load-manifest.ts';
import type { LoadedManifest, LoadManifestOptions } from '../load/load-manifest.ts';
import { checkStreamGroups } from './stream-group-rules.ts';

/**
 * Loads a manifest that is going to be read, with the rules that its components have together. Throws
 * `ConnectorError('configuration')` when it is not valid.
 */
export function loadContents(source: string | JsonObject, options: LoadManifestOptions): LoadedManifest {
  const loaded = loadManifest(source, options);
  checkOverrideRules(loaded.manifest);
  checkStreamGroups(loaded.manifest);
  return loaded;
}
