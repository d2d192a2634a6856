import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { testingBuild } from '../../../src/manifest/dynamic-streams/testing-build.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import { inStreamGroups } from '../../../src/manifest/streams/stream-groups.ts';
import { readInOrder } from './connector-subject.ts';

/** A stream of `https://api.test.com`, with what is given changed. */
export const streamOf = (name: string, change: JsonObject = {}, retriever: JsonObject = {}): JsonObject => ({
  type: 'DeclarativeStream',
  name,
  primary_key: 'id',
  schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: 'https://api.test.com', path: `/${name}`, http_method: 'GET' },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    ...retriever,
  },
  ...change,
});

export const manifestOf = (streams: readonly JsonObject[], change: JsonObject = {}): JsonObject => ({
  version: '6.7.0',
  type: 'DeclarativeSource',
  check: { type: 'CheckStream', stream_names: [streams[0]?.['name'] as string] },
  streams,
  ...change,
});

/** One stream always, two more while the configuration says so; without one of the condition's fields. */
export function conditionalManifest(withoutField?: string): JsonObject {
  const conditional: Record<string, Json> = {
    type: 'ConditionalStreams',
    condition: "{{ config['is_sandbox'] }}",
    streams: [streamOf('pens'), streamOf('papers')],
  };
  if (withoutField !== undefined) delete conditional[withoutField];
  return manifestOf([streamOf('always'), conditional]);
}

/** Whether the filter of records sees what a transformation has made of them, in a stream that filters by its cursor too. */
export async function filtersTransformed(transformFirst: boolean | null): Promise<boolean> {
  const selector = {
    type: 'RecordSelector',
    extractor: { type: 'DpathExtractor', field_path: [] },
    record_filter: { type: 'RecordFilter', condition: "{{ 'updated_at' in record }}" },
    ...(transformFirst !== null && { transform_before_filtering: transformFirst }),
  };
  const stream = streamOf(
    'lists',
    {
      incremental_sync: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'updated_at',
        datetime_format: '%Y-%m-%d',
        start_datetime: { type: 'MinMaxDatetime', datetime: '2024-01-01', datetime_format: '%Y-%m-%d' },
        is_client_side_incremental: true,
      },
      transformations: [
        {
          type: 'AddFields',
          fields: [{ type: 'AddedFieldDefinition', path: ['updated_at'], value: "{{ record['was'] }}" }],
        },
      ],
    },
    { record_selector: selector },
  );
  const { records } = await readInOrder(manifestOf([stream]), [{ status: 200, body: [{ id: 1, was: '2025-05-05' }] }]);
  return records.length === 1;
}

/** Pairs of streams of which one waits until the other is read. */
export async function groupsOf(manifest: JsonObject, names: readonly string[]): Promise<readonly string[]> {
  const pairs: string[] = [];
  for (const one of names) {
    for (const other of names.filter((name) => name > one)) {
      const build = testingBuild({ manifest: { type: 'DeclarativeSource', ...manifest } as Component });
      const leave = await inStreamGroups(one, build);
      const second = inStreamGroups(other, build);
      const waits = await Promise.race([
        second.then(() => false),
        new Promise((resolve) => setImmediate(resolve, true)),
      ]);
      if (waits === true) pairs.push(`${one} ${other}`);
      leave();
      (await second)();
    }
  }
  return pairs;
}

const parentRouter = (parent: string): JsonObject => ({
  type: 'SubstreamPartitionRouter',
  parent_stream_configs: [
    { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'parent', stream: streamOf(parent) },
  ],
});

/** A child of `parent_a` and `parent_b` in one group with one of them; its routers stand inside of each other. */
export function unionInGroup(grouped: string, wrapper: string | null): JsonObject {
  const union = {
    type: 'UnionPartitionRouter',
    partition_field: 'parent',
    partition_routers: [parentRouter('parent_a'), parentRouter('parent_b')],
  };
  const wrapped: Readonly<Record<string, Json>> = {
    grouping: { type: 'GroupingPartitionRouter', group_size: 2, underlying_partition_router: union },
    cartesian: [union, { type: 'ListPartitionRouter', cursor_field: 'x', values: ['1'] }],
  };
  const child = streamOf('child', {}, { partition_router: wrapped[wrapper ?? ''] ?? union });
  const group = { streams: [child, streamOf(grouped)], action: { type: 'BlockSimultaneousSyncsAction' } };
  return manifestOf([streamOf('parent_a'), streamOf('parent_b'), child], { stream_groups: { shared: group } });
}
