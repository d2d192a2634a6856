import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { ManifestStream, PartitionRouter, StreamReading } from '../model/stream.ts';
import { definition, rigBuild, rigStream } from '../records/records-rig.ts';
import { buildPartitionRouter } from './build-partition-router.ts';

const list = (field: string, values: Json) => definition({ type: 'ListPartitionRouter', cursor_field: field, values });

function routerOf(component: Json, build: Build = rigBuild()): PartitionRouter {
  const router = buildPartitionRouter(component, build, rigStream());
  if (!router) throw new Error('no router');
  return router;
}

const partitionsOf = async (router: PartitionRouter): Promise<JsonObject[]> =>
  Array.fromAsync(router.partitions(), ({ partition }) => partition);

/** A parent whose state is the number of slices that are closed. */
function parentOf(slices: Readonly<Record<string, readonly MutableRecord[]>>): { build: Build; begun: unknown[] } {
  const begun: unknown[] = [];
  const begin = (state: JsonObject | undefined): StreamReading => {
    begun.push(state);
    let closed = 0;
    return {
      async *slices() {
        for (const name of Object.keys(slices)) yield { ...EMPTY_SLICE, partition: { name } };
      },
      async *read(slice: StreamSlice) {
        yield slices[slice.partition['name'] as string] ?? [];
      },
      close: () => closed++,
      finish: () => undefined,
      state: () => ({ closed }),
      isStateDue: () => false,
    };
  };
  const stream: ManifestStream = {
    name: 'boards',
    cursorField: 'updated_at',
    primaryKey: [],
    schema: () => Promise.resolve({}),
    begin,
    async *read() {},
  };
  return { build: { ...rigBuild(), stream: () => stream }, begun };
}

const substream = (fields: Record<string, unknown> = {}) =>
  definition({
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [
      {
        type: 'ParentStreamConfig',
        stream: { type: 'DeclarativeStream' },
        parent_key: 'id',
        partition_field: 'board',
        ...fields,
      },
    ],
  });

describe('a ListPartitionRouter', () => {
  it('takes a template of a list, and says when it renders to none', async () => {
    const build = rigBuild({ config: { repositories: ['a', 'b'], one: 'a' } });
    expect(await partitionsOf(routerOf(list('repo', "{{ config['repositories'] }}"), build))).toEqual([
      { repo: 'a' },
      { repo: 'b' },
    ]);
    await expect(partitionsOf(routerOf(list('repo', "{{ config['one'] }}"), build))).rejects.toThrow(
      /render to no list/,
    );
  });
});

describe('a SubstreamPartitionRouter', () => {
  it('leaves records without the key out, and keeps what is asked for of the others', async () => {
    const { build } = parentOf({ x: [{ id: 1, of: { owner: 'ann' } }, { other: 2 }, { id: 3 }] });
    const router = routerOf(substream({ extra_fields: [['of', 'owner']] }), build);
    expect(await Array.fromAsync(router.partitions())).toEqual([
      { partition: { board: 1, parent_slice: { name: 'x' } }, cursorSlice: {}, extraFields: { 'of.owner': 'ann' } },
      { partition: { board: 3, parent_slice: { name: 'x' } }, cursorSlice: {}, extraFields: { 'of.owner': null } },
    ]);
  });

  it('hands the answer inside a record to the child', async () => {
    const { build } = parentOf({ x: [{ id: 1, cards: { data: [{ id: 7 }] } }, { id: 2 }] });
    const router = routerOf(substream({ lazy_read_pointer: ['cards', 'data'] }), build);
    const answers = await Array.fromAsync(router.partitions(), ({ extraFields }) => extraFields['child_response']);
    expect(answers).toEqual([[{ id: 7 }], []]);
  });

  it('tells states of parents that count a slice when its last record is given, or when it has none', async () => {
    const { build } = parentOf({ empty: [], x: [{ id: 1 }, { id: 2 }], y: [{ id: 3 }, { other: 4 }] });
    const walk = routerOf(substream({ incremental_dependency: true }), build).walk?.(undefined);
    if (!walk) throw new Error('there is no walk');
    const states: unknown[] = [walk.parentState()];
    for await (const _ of walk) states.push(walk.parentState());
    states.push(walk.parentState());
    const closed = (count: number) => ({ boards: { closed: count } });
    expect(states).toEqual([closed(0), closed(1), closed(2), closed(3), closed(3)]);
  });

  it('goes on from the state of its parent, or from the value that holds for the whole child', () => {
    const { build, begun } = parentOf({});
    const router = routerOf(substream({ incremental_dependency: true }), build);
    router.walk?.({ state: { at: '2024' }, parent_state: { boards: { closed: 5 } } });
    router.walk?.({ at: '2024-01-01' });
    router.walk?.({ states: [], state: { at: '2024-01-02' }, use_global_cursor: false });
    router.walk?.({ states: [{ partition: { board: 1 }, cursor: { at: '2024' } }] });
    routerOf(substream(), build).walk?.({ at: '2024-01-01' });
    expect(begun).toEqual([
      { closed: 5 },
      { updated_at: '2024-01-01' },
      { updated_at: '2024-01-02' },
      undefined,
      undefined,
    ]);
  });
});

describe('routers of routers', () => {
  it('give every combination, the last router fastest, and warn that parents are read whole', async () => {
    const { build } = parentOf({ x: [{ id: 1 }, { id: 2 }] });
    const router = routerOf([list('kind', ['a', 'b']), substream({ incremental_dependency: true })], build);
    expect(router.walk).toBeUndefined();
    expect(await partitionsOf(router)).toEqual(
      ['a', 'b'].flatMap((kind) => [1, 2].map((board) => ({ kind, board, parent_slice: { name: 'x' } }))),
    );
  });

  it('group partitions into lists, without those that come again, and keep the states of parents', async () => {
    const { build } = parentOf({ x: [{ id: 1 }, { id: 1 }, { id: 2 }], y: [{ id: 3 }] });
    const grouping = {
      type: 'GroupingPartitionRouter',
      group_size: 2,
      underlying_partition_router: substream({ incremental_dependency: true }),
    };
    const walk = routerOf(definition(grouping), build).walk?.(undefined);
    if (!walk) throw new Error('there is no walk');
    const seen: unknown[] = [];
    for await (const { partition } of walk) seen.push([partition['board'], walk.parentState()]);
    expect(seen).toEqual([
      [[1, 2], { boards: { closed: 1 } }],
      [[3], { boards: { closed: 2 } }],
    ]);
  });

  it('unite partitions under one field, each value once', async () => {
    const { build } = parentOf({ x: [{ id: 'b' }, { id: 'c' }] });
    const union = {
      type: 'UnionPartitionRouter',
      partition_field: 'board',
      partition_routers: [list('board', ['a', 'b']), substream()],
    };
    const slices = await Array.fromAsync(routerOf(definition(union), build).partitions());
    expect(slices.map(({ partition }) => partition)).toEqual([{ board: 'a' }, { board: 'b' }, { board: 'c' }]);
    expect(slices.at(-1)?.extraFields).toEqual({ parent_slice: { name: 'x' } });
    const wrong = { ...union, partition_routers: [list('card', ['a'])] };
    await expect(partitionsOf(routerOf(definition(wrong), build))).rejects.toThrow(/without "board"/);
  });
});
