import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { cursorRequestParts, windowOption } from '../../../src/manifest/cursors/cursor-request-parts.ts';
import { formatUtc, minMaxDatetime } from '../../../src/manifest/cursors/min-max-datetime.ts';
import { buildStateMigration } from '../../../src/manifest/cursors/state-migration.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { RequestParts } from '../../../src/manifest/model/request.ts';
import { EMPTY_SLICE } from '../../../src/manifest/model/slice.ts';
import { definition, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame, expectThrow } from '../verdict.ts';
import { dataFeedJudges, simpleRetrieverJudges } from './retrieving.ts';
import { incrementalJudges } from './incremental.ts';
import { isStub } from './param-table.ts';
import type { ParamJudge, ParamJudges, Stub } from './param-table.ts';
import { groupingJudges, listJudges, substreamJudges } from './partitions.ts';
import { stubDefinition } from './stub-definition.ts';

const OLDER = '2021-01-01T20:12:19.597854Z';
const MIDDLE = '2022-01-01T20:12:19.597854Z';
const NEWER = '2022-06-24T20:12:19.597854Z';

const minMaxJudges: Readonly<Record<string, ParamJudge>> = {
  test_min_max_datetime({ date, min_date, max_date, expected_date: expected }) {
    const build = rigBuild({ config: { older: OLDER, middle: MIDDLE } });
    const component = definition({
      type: 'MinMaxDatetime',
      datetime: date,
      min_datetime: min_date,
      max_datetime: max_date,
      $parameters: { newer: NEWER, older: OLDER },
    });
    const instant = minMaxDatetime(component, build).evaluate({ stream_interval: { start_date: NEWER } });
    return expectSame(instant && formatUtc(instant.micros, '%Y-%m-%dT%H:%M:%S.%fZ'), expected);
  },
  test_create_min_max_datetime({ input_datetime: given }) {
    const text = isStub(given) ? String(given.args.at(-1)) : String(given);
    const component = definition({ type: 'MinMaxDatetime', datetime: text });
    const input = isStub(given) && given.__stub__ === 'MinMaxDatetime' ? component : text;
    const instant = minMaxDatetime(input, rigBuild(), { format: '%Y-%m-%dT%H:%M:%S' }).evaluate();
    return expectSame(instant && formatUtc(instant.micros, '%Y-%m-%dT%H:%M:%S'), text);
  },
};

const requestOptionsJudges: Readonly<Record<string, ParamJudge>> = {
  test_datetime_based_request_options_provider(row) {
    const stub = (name: string): Component | undefined =>
      row[name] === null ? undefined : { ...stubDefinition(row[name] as Stub), type: 'RequestOption' };
    const options = definition({
      type: 'DatetimeBasedCursor',
      start: stub('start_time_option'),
      end: stub('end_time_option'),
    });
    const field = (name: string, usual: string): string => (typeof row[name] === 'string' ? row[name] : usual);
    const build = rigBuild();
    const provider = cursorRequestParts([
      ...windowOption(options, 'start', field('partition_field_start', 'start_time'), build),
      ...windowOption(options, 'end', field('partition_field_end', 'end_time'), build),
    ]);
    const slice = row['stream_slice'] as Stub | null;
    const cursorSlice = (slice?.kwargs['cursor_slice'] ?? {}) as JsonObject;
    const { params, headers, bodyData, bodyJson }: RequestParts = provider.parts({
      slice: { ...EMPTY_SLICE, cursorSlice },
    });
    return expectSame(params ?? headers ?? bodyData ?? bodyJson ?? {}, row['expected_request_options']);
  },
};

const legacyStream = (retriever: Json): Component => ({
  type: 'DeclarativeStream',
  name: 'stream',
  retriever,
  incremental_sync: { type: 'DatetimeBasedCursor', cursor_field: 'last_changed' },
  $parameters: {},
});

const LEGACY: Component = { type: 'LegacyToPerPartitionStateMigration' };
const PARENT = { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'id' };

const migrationJudges: Readonly<Record<string, ParamJudge>> = {
  test_should_not_migrate({ input_state: state }) {
    const router = { type: 'SubstreamPartitionRouter', parent_stream_configs: [PARENT] };
    const stream = legacyStream({ type: 'SimpleRetriever', partition_router: router });
    return expectSame(
      buildStateMigration(LEGACY, stream, rigBuild(), rigStream()).shouldMigrate(state as JsonObject),
      false,
    );
  },
  test_create_legacy_to_per_partition_state_migration(row) {
    const type = (given: unknown): string => String((given as { readonly __class__?: string } | null)?.__class__);
    const configs = row['is_parent_stream_config'] === true ? [PARENT] : [];
    const router = { type: type(row['partition_router_class']), parent_stream_configs: configs };
    const stream = legacyStream({ type: type(row['retriever_type']), partition_router: router });
    const act = () => buildStateMigration(LEGACY, stream, rigBuild(), rigStream());
    if (row['expected_exception'] !== null) return expectThrow(act, /LegacyToPerPartitionStateMigration/);
    return expectSame(act().migrate({ 7: { last_changed: '2022-12-27' } })['states'], [
      { partition: { id: '7', parent_slice: {} }, cursor: { last_changed: '2022-12-27' } },
    ]);
  },
};

/** Tables of partitions, cursors, states and retrievers. */
export const streamsJudges: ParamJudges = {
  datetime__test_min_max_datetime: minMaxJudges,
  incremental__test_concurrent_perpartitioncursor: incrementalJudges,
  migrations__test_legacy_to_per_partition_migration: migrationJudges,
  partition_routers__test_grouping_partition_router: groupingJudges,
  partition_routers__test_list_partition_router: listJudges,
  partition_routers__test_substream_partition_router: substreamJudges,
  requesters__request_options__test_datetime_based_request_options_provider: requestOptionsJudges,
  retrievers__test_data_feed_integration: dataFeedJudges,
  retrievers__test_simple_retriever: simpleRetrieverJudges,
};
