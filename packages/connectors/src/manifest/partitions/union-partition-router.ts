import { templateContext } from '../interpolation/template-context.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { wrappedWalk } from './wrapped-walk.ts';
import { plainText } from '../cursors/plain-text.ts';

/**
 * The partitions of several routers, each value of `partition_field` once; what else a partition has goes to its extra fields.
 * Throws `ConnectorError('configuration')`.
 */
export function unionPartitionRouter(
  definition: Component,
  build: Build,
  stream: StreamContext,
  router: (definition: Component, build: Build, stream: StreamContext) => PartitionRouter,
): PartitionRouter {
  const field = interpolatedText(plainText(definition['partition_field'])).evaluate(templateContext(build, definition));
  const routers = Array.isArray(definition['partition_routers']) ? definition['partition_routers'] : [];
  const children = routers.map((child) => router(child as Component, build, stream));
  const missing = (): ConnectorError =>
    new ConnectorError(
      'configuration',
      `A router in the UnionPartitionRouter of stream "${stream.name}" gives partitions without "${field}".`,
    );
  return {
    ...wrappedWalk(children, (walks) => union(walks, field, missing)),
    // The schema allows no request options on the children.
    parts: () => ({}),
  };
}

async function* union(
  walks: readonly AsyncIterable<StreamSlice>[],
  field: string,
  missing: () => ConnectorError,
): AsyncGenerator<StreamSlice> {
  const seen = new Set<string>();
  for (const walk of walks) {
    for await (const { partition, extraFields } of walk) {
      const { [field]: value, ...others } = partition;
      if (value === undefined) throw missing();
      const key = canonicalJson(value);
      if (seen.has(key)) continue;
      seen.add(key);
      yield { partition: { [field]: value }, cursorSlice: {}, extraFields: { ...others, ...extraFields } };
    }
  }
}
