import type { JsonObject } from '../../kit/json.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter, PartitionWalk } from '../model/stream.ts';

type Combine = (walks: readonly AsyncIterable<StreamSlice>[]) => AsyncIterable<StreamSlice>;

/** `partitions` and `walk` of a router that makes its partitions from those of others, whose parents stay where they are. */
export function wrappedWalk(
  routers: readonly PartitionRouter[],
  combine: Combine,
): Pick<PartitionRouter, 'partitions' | 'walk'> {
  const partitions = (): AsyncIterable<StreamSlice> => combine(routers.map((router) => router.partitions()));
  if (routers.every((router) => !router.walk)) return { partitions };
  return { partitions, walk: (state) => new WrappedWalk(routers, combine, state) };
}

class WrappedWalk implements PartitionWalk {
  readonly #walks: readonly PartitionWalk[];
  readonly #partitions: AsyncIterable<StreamSlice>;
  #inner: readonly JsonObject[] = [];
  #state: JsonObject = {};

  constructor(routers: readonly PartitionRouter[], combine: Combine, state: JsonObject | undefined) {
    const walks = routers.map((router) => router.walk?.(state) ?? router.partitions());
    this.#walks = walks.filter((walk): walk is PartitionWalk => 'parentState' in walk);
    this.#partitions = combine(walks);
  }

  parentState(): JsonObject {
    const inner = this.#walks.map((walk) => walk.parentState());
    if (inner.some((state, index) => state !== this.#inner[index])) {
      this.#inner = inner;
      this.#state = Object.assign({}, ...inner) as JsonObject;
    }
    return this.#state;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamSlice> {
    return this.#partitions[Symbol.asyncIterator]();
  }
}
