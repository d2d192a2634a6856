import type { JsonObject } from '../../kit/json.ts';
import { mergeParts } from '../requests/merge-parts.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter } from '../model/stream.ts';

/**
 * Every combination of the partitions of several routers; the last router's change fastest. Parents are read whole, since no
 * state of theirs could stand behind a combination.
 */
export function productPartitionRouter(routers: readonly PartitionRouter[]): PartitionRouter {
  return {
    partitions: () => combinations(routers),
    parts: (place) => mergeParts(routers.map((router) => router.parts(place))),
  };
}

async function* combinations(routers: readonly PartitionRouter[]): AsyncGenerator<StreamSlice> {
  const [first, ...others] = routers;
  if (!first) {
    yield EMPTY_SLICE;
    return;
  }
  const rest = await Promise.all(others.map((router) => Array.fromAsync(router.partitions())));
  for await (const slice of first.partitions()) yield* combined(slice, rest);
}

function* combined(slice: StreamSlice, [next, ...rest]: readonly (readonly StreamSlice[])[]): Generator<StreamSlice> {
  if (!next) {
    yield slice;
    return;
  }
  for (const other of next) yield* combined(joined(slice, other), rest);
}

/** What both have is that of the first, as in Airbyte's own interpreter. */
const joined = (one: StreamSlice, other: StreamSlice): StreamSlice => ({
  partition: { ...other.partition, ...one.partition } as JsonObject,
  cursorSlice: {},
  extraFields: { ...other.extraFields, ...one.extraFields },
});
