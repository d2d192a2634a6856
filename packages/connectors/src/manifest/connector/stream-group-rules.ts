import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject, objectsOf } from '../configuration/as-object.ts';

/**
 * A stream and a parent of it may not be in one group of `stream_groups`: the child reads its parents while it is read itself, and
 * would wait for its own end. Throws `ConnectorError('configuration')`.
 */
export function checkStreamGroups(manifest: JsonObject): void {
  for (const [group, definition] of Object.entries(asObject(manifest['stream_groups']) ?? {})) {
    const streams = objectsOf(asObject(definition)?.['streams']);
    const names = new Set(streams.map(({ name }) => name));
    for (const stream of streams) {
      const own = stream['name'];
      const parent = [...parentsOf(routerOf(stream))].find((name) => name !== own && names.has(name));
      if (parent === undefined) continue;
      throw new ConnectorError(
        'configuration',
        `The streams ${String(own as string)} and ${parent} are in one group (stream_groups.${group}), and one is the parent of the other. Leave one out.`,
      );
    }
  }
}

const routerOf = (stream: JsonObject): Json | undefined => asObject(stream['retriever'])?.['partition_router'];

/** Names of the streams that a partition router reads, and of those that they read. */
function* parentsOf(router: Json | undefined): Generator<string> {
  if (Array.isArray(router)) {
    for (const one of router) yield* parentsOf(one as Json);
    return;
  }
  const component = asObject(router);
  if (!component) return;
  for (const { stream } of objectsOf(component['parent_stream_configs'])) {
    const parent = asObject(stream);
    if (!parent) continue;
    if (typeof parent['name'] === 'string') yield parent['name'];
    yield* parentsOf(routerOf(parent));
  }
  yield* parentsOf(component['underlying_partition_router']);
  yield* parentsOf(component['partition_routers']);
}
