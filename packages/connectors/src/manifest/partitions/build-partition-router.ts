import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { customPart } from '../model/custom-part.ts';
import { groupingPartitionRouter } from './grouping-partition-router.ts';
import { listPartitionRouter } from './list-partition-router.ts';
import { productPartitionRouter } from './product-partition-router.ts';
import { substreamPartitionRouter } from './substream-partition-router.ts';
import { unionPartitionRouter } from './union-partition-router.ts';

/**
 * Builds what divides a stream: one router, or the combinations of several. `undefined` when the stream is not divided. Throws
 * `ConnectorError('configuration')`.
 */
export function buildPartitionRouter(
  definition: Json | undefined,
  build: Build,
  stream: StreamContext,
): PartitionRouter | undefined {
  if (typeof definition !== 'object' || definition === null) return undefined;
  if (!Array.isArray(definition)) return routerOf(definition as Component, build, stream);
  const [first, ...others] = definition.map((one) => routerOf(one as Component, build, stream));
  if (!first || others.length === 0) return first;
  if ([first, ...others].some((router) => router.walk)) {
    build.ctx.log.warn(
      { stream: stream.name },
      'Parents of a stream that several routers divide are read whole: their state is not kept.',
    );
  }
  return productPartitionRouter([first, ...others]);
}

function routerOf(definition: Component, build: Build, stream: StreamContext): PartitionRouter {
  switch (definition.type) {
    case 'ListPartitionRouter':
      return listPartitionRouter(definition, build, stream);
    case 'SubstreamPartitionRouter':
      return substreamPartitionRouter(definition, build, stream);
    case 'GroupingPartitionRouter':
      return groupingPartitionRouter(definition, build, stream, routerOf);
    case 'UnionPartitionRouter':
      return unionPartitionRouter(definition, build, stream, routerOf);
    case 'CustomPartitionRouter':
      return customPart<PartitionRouter>(definition, build, stream);
    default:
      throw new ConnectorError('configuration', `Stream "${stream.name}" has a partition router of no known type.`);
  }
}
