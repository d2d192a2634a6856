import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { streamTitles } from './stream-titles.ts';

/**
 * A warning for each stream that asks for `incremental_dependency` of a parent and is itself read whole every time: without an
 * `incremental_sync` of its own it keeps no state, so that the parent begins anew as well.
 */
export const ineffectiveDependencies = (manifest: JsonObject): readonly string[] =>
  streamTitles(manifest).flatMap(({ title, definition }) =>
    definition['incremental_sync'] === undefined && dependsOnParents(definition['retriever'])
      ? [
          `The stream \`${title}\` has \`incremental_dependency\` in its parents but no \`incremental_sync\`, so that it does nothing; give the stream an \`incremental_sync\` or take it out.`,
        ]
      : [],
  );

function dependsOnParents(retriever: Json | undefined): boolean {
  if (!isJsonObject(retriever)) return false;
  const routers = [retriever['partition_router'] ?? []].flat() as readonly Json[];
  return routers.filter(isJsonObject).some((router) => {
    const parents = [router['parent_stream_configs'] ?? []].flat() as readonly Json[];
    return parents.some((parent) => isJsonObject(parent) && parent['incremental_dependency'] === true);
  });
}
