import { gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { buildAuthenticator } from '../../../src/manifest/authenticators/build-authenticator.ts';
import type { Authenticator } from '../../../src/manifest/authenticators/authenticator.ts';
import { datetimeSettings } from '../../../src/manifest/cursors/build-datetime-settings.ts';
import { knownRanges } from '../../../src/manifest/cursors/known-ranges.ts';
import type { WindowSettings } from '../../../src/manifest/cursors/window-settings.ts';
import { windowsBehind } from '../../../src/manifest/cursors/windows.ts';
import { buildDecoder } from '../../../src/manifest/decoders/build-decoder.ts';
import { testingBuild } from '../../../src/manifest/dynamic-streams/testing-build.ts';
import { applyParameters } from '../../../src/manifest/load/apply-parameters.ts';
import { Problems } from '../../../src/manifest/load/problems.ts';
import { readManifest } from '../../../src/manifest/load/read-manifest.ts';
import { resolveReferences } from '../../../src/manifest/load/resolve-references.ts';
import { validateComponent } from '../../../src/manifest/load/validate-component.ts';
import type { Build } from '../../../src/manifest/model/build.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { Retriever } from '../../../src/manifest/model/stream.ts';
import { buildExtractor } from '../../../src/manifest/records/build-extractor.ts';
import { rigAnswer, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { buildRetriever } from '../../../src/manifest/retrievers/build-retriever.ts';
import { buildStream } from '../../../src/manifest/streams/build-stream.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import type { ParamJudge, ParamRow } from './param-table.ts';

/** The configuration of the Python tests. */
const CONFIG = {
  apikey: 'verysecrettoken',
  repos: ['airbyte', 'airbyte-cloud'],
  start_time: '2024-01-01T00:00:00.000+00:00',
  end_time: '2025-01-01T00:00:00.000+00:00',
};
const ROWS = [{ id: '1', name: 'a' }];
const CSV = 'id,name\n1,a\n';

/** What of the Python factory's choices shows once our components are built. */
export const factoryJudges: Readonly<Record<string, ParamJudge>> = {
  test_create_gzip_decoder_handles_compressed_response: ({ headers }) => {
    const given = (headers ?? {}) as Readonly<Record<string, string>>;
    // The HTTP client has undone the encoding of the transport before a decoder sees a body.
    return decoded('Content-Encoding' in given ? Buffer.from(CSV) : gzipSync(CSV), given);
  },
  test_create_gzip_decoder_handles_transport_and_content_gzip: () =>
    decoded(gzipSync(CSV), { 'content-encoding': 'gzip' }),
  test_incremental_data_feed_filters_already_synced_records_in_the_retriever: async (row) => {
    const incremental_sync = { ...FEED, is_client_side_incremental: row['is_client_side_incremental'] };
    const [known, fresh] = [
      { updated_at: '2024-09-01T00:00:00.000000Z' },
      { updated_at: '2024-11-01T00:00:00.000000Z' },
    ];
    const retriever: Retriever = {
      router: undefined,
      async *read(slice, { wants }) {
        yield await Promise.resolve([fresh, known].filter((record) => wants?.(record, { slice }) ?? true));
      },
    };
    const stream = buildStream(streamOf({ incremental_sync }), builtWith(CONFIG, {}, { retriever: () => retriever }));
    const read = await Array.fromAsync(stream.read({ updated_at: '2024-10-01T00:00:00.000000Z' }));
    return expectSame(
      read.flatMap((output) => (output.type === 'records' ? output.records : [])),
      [fresh],
    );
  },
  test_create_record_selector: ({ record_selector: segment, expected_runtime_selector: expected }) => {
    const extractor = { type: 'DpathExtractor', field_path: [segment as string] };
    const selector = applyParameters({ type: 'RecordSelector', $parameters: { name: 'lists' }, extractor });
    const built = buildExtractor(selector['extractor'] as Component, testingBuild({ config: CONFIG }), rigStream());
    return expectSame([...built.extract({ [expected as string]: [{ id: 1 }], other: [{ id: 2 }] })], [{ id: 1 }]);
  },
  test_create_requester_with_selective_authenticator: async ({
    input_config: config,
    expected_authenticator_class: expected,
  }) => {
    const asked: string[] = [];
    const authenticator = authenticatorOf(SELECTIVE, config as JsonObject, (url) => asked.push(url));
    const { parts } = await authenticator.authenticate(UNSIGNED).catch(() => ({ parts: { headers: {} } }));
    const chosen =
      asked.length > 0
        ? 'DeclarativeOauth2Authenticator'
        : Object.keys(parts.headers ?? {}).map(() => 'ApiKeyAuthenticator')[0];
    return expectSame(chosen, (expected as { readonly __class__: string }).__class__);
  },
  test_merge_incremental_and_partition_router: ({
    incremental,
    partition_router: router,
    expected_router_type: expected,
  }) => {
    const build = streamBuild();
    const definition = streamOf(
      { ...(incremental !== null && { incremental_sync: incremental }) },
      { ...(router !== null && { partition_router: router }) },
    );
    const stream = buildStream(definition, build);
    const retriever = build.retriever(definition['retriever'] as Component, rigStream());
    return expectSame(
      [stream.cursorField !== undefined, retriever.router !== undefined],
      ROUTERS[(expected as { readonly __class__: string }).__class__],
    );
  },
  test_create_jwt_authenticator: async ({ manifest, config, expected }) => {
    const definition = readManifest(manifest as string)['authenticator'] as Component;
    const wanted = expected as Readonly<Record<string, Json>>;
    if (wanted['expect_error'] === true) return expectThrow(() => valid(definition), /algorithm/);
    valid(definition);
    if (wanted['algorithm'] !== 'HS256')
      return notApplicable('the Python test keeps to attributes: its key is none for this algorithm');
    const { parts } = await authenticatorOf(definition, config as JsonObject).authenticate(UNSIGNED);
    const [authorization] = Object.values(parts.headers ?? {}) as readonly string[];
    const token = (authorization ?? '').replace(/^\w+ /, '');
    const [header, { iat, exp, nbf, ...payload }] = token.split('.').slice(0, 2).map(claims) as [
      JsonObject,
      JsonObject,
    ];
    return expectSame(
      { jwt_headers: header, jwt_payload: payload, token_duration: Number(exp) - Number(iat), nbf },
      {
        jwt_headers: wanted['jwt_headers'],
        jwt_payload: wanted['jwt_payload'],
        token_duration: wanted['token_duration'],
        nbf: iat,
      },
    );
  },
  test_create_concurrent_cursor_from_datetime_based_cursor_all_fields: ({
    stream_state: state,
    expected_start: expected,
  }) => {
    const settings = cursorOf({ lookback_window: undefined }).forRead();
    const [window] = windowsBehind(knownRanges(state as JsonObject, settings), settings);
    return expectSame(window && settings.axis.format(window.start), expected);
  },
  test_create_concurrent_cursor_from_datetime_based_cursor: cursorField,
  test_create_concurrent_cursor_from_datetime_based_cursor_with_clamping: ({
    clamping,
    expected_clamping_strategy: expected,
    expected_error: error,
  }) => {
    if (error !== null) return expectThrow(() => cursorOf({ clamping: clamping as JsonObject }), /clamping/);
    const { axis, clamp } = cursorOf({ clamping: clamping as JsonObject }).forRead();
    const thursday = axis.parse('2024-05-16T13:00:00.000000Z') ?? 0;
    return expectSame(
      clamp && axis.format(clamp.lower(thursday)),
      FLOORS[(expected as { readonly __class__: string }).__class__],
    );
  },
  test_create_union_partition_router_with_request_option: unionRefused,
  test_create_union_partition_router_with_mismatched_partition_field: unionRefused,
  test_catalog_defined_cursor_field: (row) => {
    const chosen = row['catalog_cursor_field'] as string | null;
    const allow_catalog_defined_cursor_field = row['allow_catalog_defined_cursor_field'];
    const definition = streamOf({ incremental_sync: { ...CURSOR, allow_catalog_defined_cursor_field } });
    const stream = buildStream(definition, streamBuild(chosen === null ? {} : { cursorField: chosen }));
    return expectSame(stream.cursorField, row['expected_cursor_field']);
  },
};

/** Which of a cursor and a router a stream has, by the class that the Python factory makes of both. */
const ROUTERS: Readonly<Record<string, readonly boolean[]>> = {
  ConcurrentCursor: [true, false],
  ListPartitionRouter: [false, true],
  ConcurrentPerPartitionCursor: [true, true],
  SinglePartitionRouter: [false, false],
};

/** The beginning of the period around Thursday, 2024-05-16, in which weeks begin on Sunday. */
const FLOORS: Readonly<Record<string, string>> = {
  DayClampingStrategy: '2024-05-16T00:00:00.000000Z',
  WeekClampingStrategy: '2024-05-12T00:00:00.000000Z',
  MonthClampingStrategy: '2024-05-01T00:00:00.000000Z',
};

const CURSOR = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'updated_at',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%fZ',
  start_datetime: '2024-08-01T00:00:00.000000Z',
  end_datetime: '2024-12-01T00:00:00.000000Z',
  step: 'P10D',
  cursor_granularity: 'PT0.000001S',
  lookback_window: 'P3D',
  partition_field_start: 'custom_start',
  partition_field_end: 'custom_end',
};

/** A cursor of a feed, which has the newest records first and no windows. */
const FEED = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'updated_at',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%fZ',
  start_datetime: '2024-08-01T00:00:00.000000Z',
  is_data_feed: true,
};

const SELECTIVE = {
  type: 'SelectiveAuthenticator',
  authenticator_selection_path: ['auth', 'type'],
  authenticators: {
    token: {
      type: 'ApiKeyAuthenticator',
      header: 'Authorization',
      api_token: "api_key={{ config['credentials']['api_key'] }}",
    },
    oauth: {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: 'https://api.example.com/token',
      client_id: "{{ config['credentials']['client_id'] }}",
      client_secret: 'secret',
      refresh_token: 'refresh',
    },
  },
} as unknown as Component;

const UNSIGNED = { method: 'GET', url: new URL('https://api.example.com/lists'), parts: {} } as const;

async function decoded(body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<Verdict> {
  const definition = { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } };
  const decoder = buildDecoder(definition, testingBuild(), rigStream());
  return expectSame(await Array.fromAsync(decoder.decode(rigAnswer(body, { headers }))), ROWS);
}

function authenticatorOf(
  definition: Component,
  config: JsonObject,
  asked: (url: string) => void = () => undefined,
): Authenticator {
  const send = (request: { readonly url: string | URL }): Promise<never> => {
    asked(String(request.url));
    return Promise.reject(new Error('nothing answers here'));
  };
  const plain = testingBuild({ config });
  const build = { ...plain, ctx: { ...plain.ctx, http: { send, request: send } } } as unknown as Build;
  const requester = (): never => {
    throw new Error('nobody signs in here');
  };
  return buildAuthenticator(definition, {
    build,
    stream: rigStream(),
    baseUrl: () => 'https://api.example.com',
    requester,
  });
}

const claims = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

function valid(definition: Component): void {
  const problems = new Problems();
  validateComponent(definition, [definition.type], 'here', problems);
  problems.throwIfAny();
}

/** What the user chose beside the configuration. */
type Options = Build['ctx']['options'];

function builtWith(config: JsonObject, options: Partial<Options> = {}, given: Partial<Build> = {}): Build {
  const build = testingBuild({ config, ...given });
  return { ...build, ctx: { ...build.ctx, options: options as Options } };
}

function streamBuild(options: Partial<Options> = {}): Build {
  const build: Build = builtWith(CONFIG, options, {
    retriever: (definition, stream) => buildRetriever(definition, build, stream),
  });
  return build;
}

const streamOf = (fields: object, retriever: object = {}): Component =>
  applyParameters({
    type: 'DeclarativeStream',
    name: 'lists',
    schema_loader: { type: 'InlineSchemaLoader', schema: {} },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: 'https://api.example.com' },
      record_selector: { extractor: { field_path: [] } },
      ...retriever,
    },
    ...fields,
  }) as Component;

function cursorOf(fields: Readonly<Record<string, Json | undefined>>) {
  const config = { ...CONFIG, clamping_target: 'MONTH' };
  const kept = Object.entries({ ...CURSOR, ...fields }).filter(([, value]) => value !== null && value !== undefined);
  return datetimeSettings(Object.fromEntries(kept) as Component, builtWith(config), rigStream());
}

function cursorField({
  cursor_fields_to_replace: fields,
  assertion_field: field,
  expected_value: expected,
  expected_error: error,
}: ParamRow): Verdict | Promise<Verdict> {
  const replaced = fields as JsonObject;
  if (error !== null) return expectThrow(() => cursorOf(replaced), /step/);
  const source = cursorOf(replaced);
  const settings: WindowSettings = source.forRead();
  const point = settings.start;
  if (field === '_slice_boundary_fields') return expectSame([source.startField, source.endField], expected);
  // Python writes the longest span of time that it knows; here there is no step, and one window takes all.
  if (field === '_slice_range') return expectSame(settings.step, undefined);
  return expectSame(point - settings.lookBack(point), expected ?? 0);
}

/** A union is refused while loading; the same union of a child that fits is not. */
function unionRefused({ child_router_manifest: child }: ParamRow): Promise<Verdict> {
  const union = (routers: string): void => {
    const yaml = `stream_A:\n  name: A\n  retriever:\n    requester:\n      url: https://api.example.com\n    record_selector:\n      extractor:\n        field_path: []\nunion:\n    type: UnionPartitionRouter\n    partition_field: repository\n    partition_routers:\n${routers}`;
    const { union: definition } = resolveReferences(readManifest(yaml));
    valid(applyParameters(definition as JsonObject) as Component);
  };
  const fitting = '        - {type: ListPartitionRouter, cursor_field: repository, values: [org/b]}\n';
  union(`${fitting}${fitting}`);
  return expectThrow(
    () => union(`${fitting}${(child as string).replace(/^\n/, '')}`),
    /partition_field|request_option/,
  );
}
