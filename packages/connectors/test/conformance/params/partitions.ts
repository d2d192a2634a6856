import type { Json, JsonObject } from '../../../src/kit/json.ts';
import type { Build } from '../../../src/manifest/model/build.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { RequestParts } from '../../../src/manifest/model/request.ts';
import { EMPTY_SLICE } from '../../../src/manifest/model/slice.ts';
import type { StreamSlice } from '../../../src/manifest/model/slice.ts';
import type { ManifestStream, PartitionRouter, StreamReading } from '../../../src/manifest/model/stream.ts';
import { buildPartitionRouter } from '../../../src/manifest/partitions/build-partition-router.ts';
import { groupedRouter } from '../../../src/manifest/partitions/grouping-partition-router.ts';
import { definition, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { ParamJudge, ParamRow, Stub } from './param-table.ts';
import { stubDefinition } from './stub-definition.ts';

interface ParentSlice {
  readonly partition: JsonObject;
  readonly records: readonly JsonObject[];
}

/** A parent with its slices in memory; the tests' own parents are not in the tables. */
function parent(name: string, slices: readonly ParentSlice[]): ManifestStream {
  const given = slices.map(({ partition }) => ({ ...EMPTY_SLICE, partition, cursorSlice: { start: 'not seen' } }));
  const begin = (): StreamReading => ({
    async *slices() {
      yield* given;
    },
    async *read(slice: StreamSlice) {
      yield [...(slices[given.indexOf(slice as (typeof given)[number])]?.records ?? [])];
    },
    close: () => undefined,
    finish: () => undefined,
    state: () => undefined,
    isStateDue: () => false,
  });
  return { name, primaryKey: [], schema: () => Promise.resolve({}), begin, async *read() {} };
}

function buildOf(parents: readonly ManifestStream[], config: JsonObject = {}): Build {
  let next = 0;
  return { ...rigBuild({ config }), stream: () => parents[next++] ?? parent('none', []) };
}

const routerOf = (component: Component | readonly Component[], build: Build): PartitionRouter => {
  const router = buildPartitionRouter(component as Json, build, rigStream());
  if (!router) throw new Error('no router');
  return router;
};

const substream = (configs: unknown): Component =>
  definition({
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: (configs as readonly Stub[]).map((stub) => ({
      ...stubDefinition(stub),
      stream: { type: 'DeclarativeStream', name: 'p' },
    })),
  });

/** Parents whose records give the expected slices, and records between them that have no key. */
function parentsOf(expected: readonly JsonObject[], configs: readonly Stub[]): readonly ManifestStream[] {
  return configs.map(({ kwargs }, index) => {
    const { partition_field: field, parent_key: key } = kwargs as { partition_field: string; parent_key: string };
    const own = expected.filter((slice) => field in slice);
    const slices = Map.groupBy(own, (slice) => JSON.stringify(slice['parent_slice']));
    return parent(
      `parent-${index}`,
      Array.from(slices, ([partition, members]) => ({
        partition: JSON.parse(partition) as JsonObject,
        records: members.flatMap((slice) => [{ other: 1 }, nested(key.split('/'), slice[field] ?? null)]),
      })),
    );
  });
}

const nested = (path: readonly string[], value: Json): JsonObject =>
  path.toReversed().reduce<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject;

const slice = (partition: JsonObject): StreamSlice => ({ ...EMPTY_SLICE, partition });

function expectParts(parts: RequestParts, row: ParamRow) {
  const { params = {}, headers = {}, bodyJson = {}, bodyData = {} } = parts;
  const wanted = [
    row['expected_req_params'],
    row['expected_headers'],
    row['expected_body_json'],
    row['expected_body_data'],
  ];
  return expectSame([params, headers, bodyJson, bodyData], wanted);
}

const option = (stub: unknown): Component => ({ ...stubDefinition(stub as Stub), type: 'RequestOption' });

const TWO_PARENTS = slice({ first_stream_id: '1234', second_stream_id: '4567' });

function twoParents(options: readonly Component[], build: Build): PartitionRouter {
  const configs = ['first_stream_id', 'second_stream_id'].map((field, index) => ({
    type: 'ParentStreamConfig',
    stream: { type: 'DeclarativeStream', name: field },
    parent_key: 'id',
    partition_field: field,
    request_option: options[index],
  }));
  return routerOf(definition({ type: 'SubstreamPartitionRouter', parent_stream_configs: configs }), build);
}

export const substreamJudges: Readonly<Record<string, ParamJudge>> = {
  async test_substream_partition_router({ parent_stream_configs: configs, expected_slices: expected }) {
    if (expected === null) return expectThrow(() => routerOf(substream(configs), buildOf([])));
    const parents = parentsOf(expected as readonly JsonObject[], configs as readonly Stub[]);
    const slices = await Array.fromAsync(routerOf(substream(configs), buildOf(parents)).partitions());
    return expectSame(
      slices.map(({ partition }) => partition),
      expected,
    );
  },
  async test_substream_partition_router_with_extra_keys({ parent_stream_configs: configs, expected_slices: expected }) {
    const records = (expected as readonly JsonObject[]).map((fields, id) => ({
      id,
      field_1: fields['field_1'],
      field_2: { nested_field: fields['field_2.nested_field'] },
    })) as unknown as readonly JsonObject[];
    const router = routerOf(substream(configs), buildOf([parent('p', [{ partition: {}, records }])]));
    const slices = await Array.fromAsync(router.partitions());
    return expectSame(
      slices.map(({ extraFields }) => extraFields),
      expected,
    );
  },
  test_request_option(row) {
    const options = (row['parent_stream_request_parameters'] as readonly unknown[]).map(option);
    return expectParts(twoParents(options, buildOf([])).parts({ slice: TWO_PARENTS }), row);
  },
  test_request_params_interpolation_for_parent_stream(row) {
    const options = [row['field_name_first_stream'], row['field_name_second_stream']].map((field_name, index) =>
      definition({
        type: 'RequestOption',
        inject_into: 'request_parameter',
        field_name,
        $parameters: { [`field_name_${ORDINALS[index]}_stream`]: `parameter_${ORDINALS[index]}_stream_id` },
      }),
    );
    const config = {
      field_name_first_stream: 'config_first_stream_id',
      field_name_second_stream: 'config_second_stream_id',
    };
    const { params } = twoParents(options, buildOf([], config)).parts({ slice: TWO_PARENTS });
    return expectSame(params, row['expected_request_params']);
  },
  test_cartesian_product_stream_slicer_warning_log_message({ stream_slicers: slicers, expect_warning: expected }) {
    const warnings: string[] = [];
    const build = buildOf([]);
    const log = { ...build.ctx.log, warn: (_: unknown, message: string) => void warnings.push(message) };
    const flat = (stub: Stub): readonly Component[] =>
      stub.__stub__ === 'CartesianProductStreamSlicer'
        ? (stub.kwargs['stream_slicers'] as readonly Stub[]).flatMap(flat)
        : [
            stub.__stub__ === 'SubstreamPartitionRouter'
              ? substream(stub.kwargs['parent_stream_configs'])
              : stubDefinition(stub),
          ];
    routerOf((slicers as readonly Stub[]).flatMap(flat), { ...build, ctx: { ...build.ctx, log } });
    return expectSame(warnings.length > 0, expected);
  },
  test_substream_slicer_parent_state_update_with_cursor: () =>
    notApplicable('the records of the mocked parent are not in the row'),
  test_iterate_with_last_flag: () => notApplicable('a helper of the Python code, which also marks an empty iteration'),
};

const ORDINALS = ['first', 'second'];

export const listJudges: Readonly<Record<string, ParamJudge>> = {
  async test_list_partition_router({ partition_values: values, cursor_field, expected_slices: expected }) {
    const $parameters = { cursor_field: 'owner_resource' };
    const router = routerOf(definition({ type: 'ListPartitionRouter', values, cursor_field, $parameters }), rigBuild());
    const slices = await Array.fromAsync(router.partitions());
    return expectSame(slices.map(partsOf), (expected as readonly Stub[]).map(stubbedSlice));
  },
  test_request_option(row) {
    return expectParts(
      listOf(option(row['request_option'])).parts({ slice: slice({ owner_resource: 'customer' }) }),
      row,
    );
  },
  test_request_option_is_empty_if_no_stream_slice({ stream_slice: given }) {
    const request = definition({ type: 'RequestOption', inject_into: 'body_data', field_name: 'owner_resource' });
    return expectSame(listOf(request).parts({ slice: slice((given ?? {}) as JsonObject) }), {});
  },
  test_request_options_interpolation(row) {
    const request = definition({
      type: 'RequestOption',
      inject_into: 'request_parameter',
      field_name: row['field_name_interpolation'],
      $parameters: { partition_name: 'parameters_partition' },
    });
    const build = rigBuild({ config: { partition_name: 'config_partition' } });
    const { params } = listOf(request, build).parts({ slice: slice({ owner_resource: 'customer' }) });
    return expectSame(params, row['expected_request_params']);
  },
};

const listOf = (request_option: Component, build: Build = rigBuild()): PartitionRouter =>
  routerOf(
    definition({
      type: 'ListPartitionRouter',
      values: ['customer', 'store'],
      cursor_field: 'owner_resource',
      request_option,
    }),
    build,
  );

const partsOf = ({ partition, cursorSlice, extraFields }: StreamSlice) => ({
  partition,
  cursor_slice: cursorSlice,
  extra_fields: extraFields,
});

const stubbedSlice = ({ kwargs }: Stub) => ({ partition: {}, cursor_slice: {}, extra_fields: {}, ...kwargs });

/** The boards of the test, of which one comes twice. */
const BOARDS: readonly StreamSlice[] = ['0', '0 Duplicate', '1', '2', '3', '4'].map((name) => ({
  partition: { board_ids: Number.parseInt(name, 10), parent_slice: {} },
  cursorSlice: {},
  extraFields: { name: `Board ${name}`, owner: `User${name}` },
}));

export const groupingJudges: Readonly<Record<string, ParamJudge>> = {
  async test_stream_slices_grouping({ group_size: size, deduplicate, expected_slices: expected }) {
    const underlying: PartitionRouter = {
      parts: () => ({}),
      async *partitions() {
        yield* BOARDS;
      },
    };
    const router = groupedRouter(underlying, { size: Number(size), deduplicate: deduplicate === true });
    const slices = await Array.fromAsync(router.partitions());
    return expectSame(slices.map(partsOf), (expected as readonly Stub[]).map(stubbedSlice));
  },
};
