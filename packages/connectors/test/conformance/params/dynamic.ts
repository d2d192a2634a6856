import type { JsonObject } from '../../../src/kit/json.ts';
import { listStreams } from '../../../src/manifest/dynamic-streams/list-streams.ts';
import { resolveStreams } from '../../../src/manifest/dynamic-streams/resolve-streams.ts';
import { testingBuild } from '../../../src/manifest/dynamic-streams/testing-build.ts';
import { loadManifest } from '../../../src/manifest/load/load-manifest.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { ManifestResponse } from '../../../src/manifest/model/request.ts';
import { propertyChunks } from '../../../src/manifest/query-properties/property-chunks.ts';
import { buildPropertySelector } from '../../../src/manifest/query-properties/property-selector.ts';
import { jobTrackerOf } from '../../../src/manifest/retrievers/async/job-tracker-of.ts';
import { createJobTracker } from '../../../src/manifest/retrievers/async/job-tracker.ts';
import { runJob } from '../../../src/manifest/retrievers/async/run-job.ts';
import type { JobRequests } from '../../../src/manifest/retrievers/async/run-job.ts';
import { handClock } from '../../../src/testing/connector-probe.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import { enumMember, isStub } from './param-table.ts';
import type { ParamJudges, ParamRow, Stub } from './param-table.ts';

/** Jobs, dynamic streams and query properties. */
export const dynamicJudges: ParamJudges = {
  async_job__test_job: {
    // A failed job has a time before which it is not asked for again; here: whether the next look at it starts it.
    test_retry_after: async ({ retry_after_offset: offset, expected_ready: expected }) => {
      const seconds = (offset as { readonly __timedelta_s__: number } | null)?.__timedelta_s__ ?? 0;
      return expectSame((await waitBeforeRetry(Math.max(0, seconds) * 1000)) <= POLL_MS, expected);
    },
  },
  async_job__test_job_tracker: {
    test_given_limit_is_less_than_1_when_init_then_set_to_1: ({ limit }) =>
      expectSame(createJobTracker(limit as number).limit, 1),
    test_given_limit_as_string_when_init_then_interpolate_correctly: ({ limit, config, expected_limit: expected }) => {
      const manifest = { type: 'DeclarativeSource', max_concurrent_async_job_count: limit as string };
      return expectSame(jobTrackerOf(testingBuild({ config: config as JsonObject, manifest })).limit, expected);
    },
  },
  resolvers__test_config_components_resolver: {
    test_dynamic_streams_read_with_config_components_resolver: ({ expected_exception: error, ...row }) => {
      const names = async (): Promise<string[]> => {
        const { streams } = await listStreams(manifestOf(row), testingBuild({ config: row['config'] as JsonObject }));
        return streams.map(({ name }) => name);
      };
      if (typeof error === 'string') return expectThrow(names, new RegExp(RegExp.escape(error)));
      return names().then((actual) => expectSame(actual, row['expected_stream_names']));
    },
    test_component_mapping_conditions: async (row) => {
      const parameters: Record<string, unknown> = {};
      const build = testingBuild({ config: row['config'] as JsonObject });
      for (const dynamic of manifestOf(row)['dynamic_streams'] as readonly Component[]) {
        for await (const resolved of resolveStreams(dynamic, 'dynamic', build)) {
          if (resolved.type === 'broken') throw resolved.error;
          const { requester } = resolved.definition['retriever'] as { readonly requester: Component };
          parameters[resolved.name] = requester.$parameters;
        }
      }
      return expectSame(parameters, row['expected_conditional_params']);
    },
  },
  requesters__query_properties__test_property_chunking: {
    test_get_request_property_chunks: ({ property_fields: fields, expected_property_chunks: expected, ...row }) => {
      const limit = row['property_limit'] as number | null;
      const chunks = propertyChunks(fields as string[], {
        limitType:
          enumMember(row['property_limit_type']) === 'PropertyLimitType.characters' ? 'characters' : 'property_count',
        ...(limit !== null && { limit }),
        always: (row['always_include_properties'] as string[] | null) ?? [],
      });
      return expectSame(chunks, expected);
    },
  },
  requesters__query_properties__property_selector__test_json_schema_property_selector: {
    test_select_properties: async ({
      configured_stream: configured,
      transformations,
      expected_properties: expected,
    }) => {
      if (!isStub(configured)) return notApplicable('streams without a configured catalog use the schema of discovery');
      const { json_schema: schema } = (configured.kwargs['stream'] as Stub).kwargs;
      const definition = {
        type: 'JsonSchemaPropertySelector',
        transformations: (transformations as Stub[]).map(transformationOf),
      };
      const stream = { name: 'players', primaryKey: [], schema: () => Promise.resolve(schema as JsonObject) };
      const selected = await buildPropertySelector(definition, testingBuild(), stream)();
      return expectSame([...selected].toSorted(), (expected as string[]).toSorted());
    },
  },
};

const POLL_MS = 5000;

/** Milliseconds between the failure of a job and its second start. */
async function waitBeforeRetry(failedWaitMs: number): Promise<number> {
  const clock = handClock();
  const starts: number[] = [];
  const response = { url: '' } as ManifestResponse;
  const requests: JobRequests = {
    create: () => {
      starts.push(clock.now());
      return Promise.resolve(response);
    },
    poll: () => Promise.resolve({ status: starts.length === 1 ? 'failed' : 'completed', response }),
    abort: () => Promise.resolve(),
  };
  const signal = new AbortController().signal;
  await runJob(requests, { tracker: createJobTracker(1), clock, signal, timeoutMs: 60_000, failedWaitMs, stream: 's' });
  return (starts[1] ?? 0) - (starts[0] ?? 0);
}

const manifestOf = (row: ParamRow): Component =>
  loadManifest(row['manifest'] as JsonObject, { custom: new Map() }).manifest;

/** The definition of a transformation that the test builds as an object. */
function transformationOf({ __stub__: name, kwargs }: Stub): JsonObject {
  const { parameters, ...fields } = kwargs as JsonObject;
  const type = name === 'KeysReplaceTransformation' ? 'KeysReplace' : name;
  return { type, ...fields, ...(parameters !== undefined && { $parameters: parameters }) };
}
