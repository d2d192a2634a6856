import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { handClock, silentLog } from '../../testing/connector-probe.ts';
import { PartitionedCursor } from '../cursors/partitioned-cursor.ts';
import type { StreamCursor } from '../cursors/stream-cursor.ts';
import { WholeCursor } from '../cursors/whole-cursor.ts';
import type { CursorAxis, WindowSettings } from '../cursors/window-settings.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { PartitionRouter, PartitionWalk, StreamReading } from '../model/stream.ts';
import { readSlices } from './read-slices.ts';

const AXIS: CursorAxis = {
  parse: (value) => (typeof value === 'number' ? value : undefined),
  format: (point) => point,
};
const PRESENT = 1_000;

interface Windows {
  readonly step: number | undefined;
  readonly lookback: number;
}

const settingsOf = ({ step, lookback }: Windows): WindowSettings => ({
  axis: AXIS,
  cursorField: 'at',
  startField: 'from',
  endField: 'to',
  start: 0,
  end: PRESENT,
  latest: () => PRESENT,
  ...(step !== undefined && {
    step: (point: number) => point + step,
    granularity: { before: (point: number) => point - 1, after: (point: number) => point + 1 },
  }),
  neighbour: (point) => point + 1,
  lookBack: (point) => point - lookback,
  lookBackSeconds: (point, seconds) => point - seconds,
  strict: false,
});

/** A source in memory: records by partition, each with a cursor value. Some requests fail. */
interface Source {
  readonly partitions: readonly (readonly number[])[];
  readonly pageSize: number;
}

const recordsOf = ({ partitions }: Source, partition: number, from: number, to: number): MutableRecord[] =>
  (partitions[partition] ?? [])
    .map((at, index) => ({ id: `${partition}-${index}`, at }))
    .filter(({ at }) => at >= from && at <= to);

function readingOf(cursor: StreamCursor, source: Source, fails: () => boolean): StreamReading {
  return {
    slices: () => cursor.slices(),
    close: (slice) => cursor.close(slice),
    finish: () => cursor.finish(),
    state: () => cursor.state(),
    isStateDue: () => cursor.isStateDue(),
    async *read(slice: StreamSlice) {
      const { from = 0, to = PRESENT } = slice.cursorSlice as { from?: number; to?: number };
      const records = recordsOf(source, Number(slice.partition['p'] ?? 0), from, to);
      for (let start = 0; start === 0 || start < records.length; start += source.pageSize) {
        await Promise.resolve();
        if (fails()) throw new Error('a page failed');
        const page = records.slice(start, start + source.pageSize);
        for (const record of page) cursor.observe(record, slice);
        yield page;
      }
    },
  };
}

interface Outcome {
  readonly ids: ReadonlySet<string>;
  readonly states: readonly { readonly state: JsonObject; readonly before: ReadonlySet<string> }[];
  readonly failed: boolean;
}

async function run(cursor: StreamCursor, source: Source, concurrency: number, fails = () => false): Promise<Outcome> {
  const ids = new Set<string>();
  const states: { state: JsonObject; before: ReadonlySet<string> }[] = [];
  try {
    const reading = readingOf(cursor, source, fails);
    for await (const output of readSlices(reading, { concurrency, isFinal: () => false })) {
      if (output.type === 'state') states.push({ state: structuredClone(output.state), before: new Set(ids) });
      else for (const record of output.records) ids.add(record['id'] as string);
    }
    return { ids, states, failed: false };
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'a page failed') throw error;
    return { ids, states, failed: true };
  }
}

const windows = fc.record({
  step: fc.option(fc.integer({ min: 40, max: 400 }), { nil: undefined }),
  lookback: fc.integer({ min: 0, max: 60 }),
});
const sources = fc.record({
  partitions: fc.array(fc.array(fc.integer({ min: 0, max: PRESENT - 1 }), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 6,
  }),
  pageSize: fc.integer({ min: 1, max: 4 }),
});
const concurrency = fc.integer({ min: 1, max: 4 });
/** Which requests fail, counted from the first. */
const failures = fc.array(fc.boolean(), { maxLength: 30 });

const failing = (plan: readonly boolean[]): (() => boolean) => {
  let request = 0;
  return () => plan[request++] ?? false;
};

function wholeCursor(shape: Windows, state?: JsonObject): StreamCursor {
  return new WholeCursor({ settings: settingsOf(shape), state, log: silentLog, stream: 'events' });
}

const routerOf = (source: Source): PartitionRouter => ({
  parts: () => ({}),
  async *partitions() {
    for (const index of source.partitions.keys()) yield { partition: { p: index }, cursorSlice: {}, extraFields: {} };
  },
});

/** Partitions come from parents, whose state counts those that were given. */
function parentRouterOf(source: Source): PartitionRouter {
  const walk = (state: JsonObject | undefined): PartitionWalk => {
    const kept = state?.['parent_state'] as { parents?: { given?: number } } | undefined;
    let given = kept?.parents?.given ?? 0;
    return {
      parentState: () => ({ parents: { given } }),
      async *[Symbol.asyncIterator]() {
        while (given < source.partitions.length) {
          await Promise.resolve();
          yield { partition: { p: given++ }, cursorSlice: {}, extraFields: {} };
        }
      },
    };
  };
  return { parts: () => ({}), partitions: () => walk(undefined), walk };
}

interface PartitionedShape extends Windows {
  readonly hasParents: boolean;
  readonly useGlobal: boolean;
}

function partitionedCursor(shape: PartitionedShape, source: Source, state?: JsonObject): StreamCursor {
  return new PartitionedCursor({
    settings: settingsOf(shape),
    router: shape.hasParents ? parentRouterOf(source) : routerOf(source),
    state,
    clock: handClock(),
    log: silentLog,
    stream: 'events',
    stateIntervalMs: -1,
    useGlobal: shape.useGlobal,
  });
}

const partitioned = fc.record({
  step: fc.option(fc.integer({ min: 40, max: 400 }), { nil: undefined }),
  lookback: fc.integer({ min: 0, max: 60 }),
  hasParents: fc.boolean(),
  useGlobal: fc.boolean(),
});

const union = (one: ReadonlySet<string>, other: ReadonlySet<string>): string[] => [...one.union(other)].toSorted();

describe('a read that goes on from any of its states', () => {
  it('brings with what was there before what one whole read brings, and ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(windows, sources, concurrency, async (shape, all, readers) => {
        const source = { ...all, partitions: all.partitions.slice(0, 1) };
        const whole = await run(wholeCursor(shape), source, readers);
        expect(whole.ids.size).toBe(source.partitions[0]?.length);
        for (const { state, before } of whole.states) {
          const rest = await run(wholeCursor(shape, state), source, readers);
          expect(union(before, rest.ids)).toEqual([...whole.ids].toSorted());
          expect(rest.states.at(-1)?.state).toEqual(whole.states.at(-1)?.state);
        }
      }),
    );
  });

  it('does so with partitions, with their parents, and with one state for all', async () => {
    await fc.assert(
      fc.asyncProperty(partitioned, sources, concurrency, async (shape, source, readers) => {
        const whole = await run(partitionedCursor(shape, source), source, readers);
        expect(whole.ids.size).toBe(source.partitions.flat().length);
        for (const { state, before } of whole.states) {
          const rest = await run(partitionedCursor(shape, source, state), source, readers);
          expect(union(before, rest.ids)).toEqual([...whole.ids].toSorted());
          expect(byPartition(rest.states.at(-1)?.state)).toEqual(byPartition(whole.states.at(-1)?.state));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('loses nothing when pages fail, however often it has to go on', async () => {
    await fc.assert(
      fc.asyncProperty(partitioned, sources, concurrency, failures, async (shape, source, readers, plan) => {
        const whole = await run(partitionedCursor(shape, source), source, readers);
        const fails = failing(plan);
        let ids: ReadonlySet<string> = new Set();
        let state: JsonObject | undefined;
        for (let isEnded = false; !isEnded;) {
          const part = await run(partitionedCursor(shape, source, state), source, readers, fails);
          const last = part.states.at(-1);
          // What was yielded behind the last state may be lost with the process.
          ids = ids.union(last?.before ?? new Set());
          state = last?.state ?? state;
          isEnded = !part.failed;
          if (isEnded) ids = ids.union(part.ids);
        }
        expect([...ids].toSorted()).toEqual([...whole.ids].toSorted());
        expect(byPartition(state)).toEqual(byPartition(whole.states.at(-1)?.state));
      }),
    );
  });
});

/** The order of partitions in a state follows that in which they were met. */
function byPartition(state: JsonObject | undefined): JsonObject | undefined {
  const states = state?.['states'];
  if (!Array.isArray(states)) return state;
  return { ...state, states: states.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) };
}
