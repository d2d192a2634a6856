import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { wrappedWalk } from './wrapped-walk.ts';

export interface GroupingOptions {
  readonly size: number;
  readonly deduplicate: boolean;
}

/** Partitions of another router in groups: each field has the list of their values. Throws `ConnectorError('configuration')`. */
export function groupingPartitionRouter(
  definition: Component,
  build: Build,
  stream: StreamContext,
  router: (definition: Component, build: Build, stream: StreamContext) => PartitionRouter,
): PartitionRouter {
  const size = definition['group_size'];
  if (typeof size !== 'number' || size < 1) {
    throw new ConnectorError(
      'configuration',
      `The GroupingPartitionRouter of stream "${stream.name}" needs a \`group_size\` of at least 1.`,
    );
  }
  const underlying = router(definition['underlying_partition_router'] as Component, build, stream);
  return groupedRouter(underlying, { size, deduplicate: definition['deduplicate'] !== false });
}

export function groupedRouter(underlying: PartitionRouter, options: GroupingOptions): PartitionRouter {
  return {
    ...wrappedWalk([underlying], ([partitions]) => groups(partitions as AsyncIterable<StreamSlice>, options)),
    parts: (place) => underlying.parts(place),
  };
}

async function* groups(
  partitions: AsyncIterable<StreamSlice>,
  { size, deduplicate }: GroupingOptions,
): AsyncGenerator<StreamSlice> {
  const seen = new Set<string>();
  let group: StreamSlice[] = [];
  for await (const slice of partitions) {
    // The first field is the partition's own; parents come behind it.
    const [value] = Object.values(slice.partition);
    const key = canonicalJson(value);
    if (deduplicate && seen.has(key)) continue;
    if (deduplicate) seen.add(key);
    group.push(slice);
    if (group.length < size) continue;
    yield grouped(group);
    group = [];
  }
  if (group.length > 0) yield grouped(group);
}

const grouped = (group: readonly StreamSlice[]): StreamSlice => ({
  partition: listed(group.map(({ partition }) => partition)),
  cursorSlice: {},
  extraFields: listed(group.map(({ extraFields }) => extraFields)),
});

function listed(objects: readonly JsonObject[]): JsonObject {
  const fields = new Set(objects.flatMap((object) => Object.keys(object)));
  return Object.fromEntries(
    Array.from(fields, (field) => [field, objects.map((object): Json => object[field] ?? null)]),
  );
}
