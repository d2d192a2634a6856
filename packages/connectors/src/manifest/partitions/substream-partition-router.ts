import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestParts } from '../model/request.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter, PartitionWalk, StreamReading } from '../model/stream.ts';
import { parentStateIn } from './parent-state.ts';
import { parentStream } from './parent-stream.ts';
import type { ParentStream } from './parent-stream.ts';
import { withLast } from './with-last.ts';

/** A partition for each record of the parent streams, one parent after the other. Throws `ConnectorError('configuration')`. */
export function substreamPartitionRouter(definition: Component, build: Build, stream: StreamContext): PartitionRouter {
  const configs = definition['parent_stream_configs'];
  if (!Array.isArray(configs) || configs.length === 0) {
    throw new ConnectorError(
      'configuration',
      `The SubstreamPartitionRouter of stream "${stream.name}" needs at least one parent in \`parent_stream_configs\`.`,
    );
  }
  const parents = configs.map((config) => parentStream(config as Component, build));
  return {
    partitions: () => new SubstreamWalk(parents, undefined),
    walk: (state) => new SubstreamWalk(parents, state),
    parts: ({ slice }) => parents.reduce<RequestParts>((parts, parent) => parent.add(parts, slice), {}),
  };
}

interface ParentReading {
  readonly parent: ParentStream;
  readonly reading: StreamReading;
}

class SubstreamWalk implements PartitionWalk {
  readonly #parents: readonly ParentReading[];
  #state: JsonObject | undefined;

  constructor(parents: readonly ParentStream[], state: JsonObject | undefined) {
    this.#parents = parents.map((parent) => ({ parent, reading: parent.stream.begin(parentStateIn(state, parent)) }));
  }

  parentState(): JsonObject {
    this.#state ??= Object.fromEntries(
      this.#parents.flatMap(({ parent, reading }) => {
        const state = parent.isIncremental ? reading.state() : undefined;
        return state ? [[parent.stream.name, state]] : [];
      }),
    );
    return this.#state;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamSlice> {
    for (const { parent, reading } of this.#parents) {
      let isFinished = false;
      for await (const [slice, isLastSlice] of withLast(reading.slices())) {
        let isClosed = false;
        // Before the last partition is given, so that the state behind it has the whole slice.
        const close = (): void => {
          reading.close(slice);
          if (isLastSlice) reading.finish();
          isClosed = true;
          isFinished = isLastSlice;
          this.#state = undefined;
        };
        for await (const [records, isLastPage] of withLast(reading.read(slice))) {
          const partitions = records.flatMap((record) => parent.partition(record, slice) ?? []);
          for (const [index, partition] of partitions.entries()) {
            if (isLastPage && index === partitions.length - 1) close();
            yield partition;
          }
        }
        if (!isClosed) close();
      }
      if (!isFinished) {
        reading.finish();
        this.#state = undefined;
      }
    }
  }
}
