import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../kit/json.ts';
import { asObject } from './as-object.ts';
import { putAt } from './config-path.ts';
import type { MutableConfig } from './config-path.ts';

/**
 * `kept` with what differs in `after` from `before`. Components renew tokens in settings that were transformed in memory; only
 * the renewed ones are to be kept, not the transformations.
 */
export function withChanges(kept: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const changed = structuredClone(kept) as MutableConfig;
  for (const [name, value] of Object.entries(after)) {
    const [was, is, base] = [before[name], value, changed[name]];
    if (is === undefined || isDeepStrictEqual(was, is)) continue;
    const [wasObject, isObject] = [asObject(was), asObject(is)];
    putAt(changed, [name], wasObject && isObject ? withChanges(asObject(base) ?? {}, wasObject, isObject) : is);
  }
  return changed;
}
