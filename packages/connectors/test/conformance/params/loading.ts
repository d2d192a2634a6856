import type { Json, JsonObject } from '../../../src/kit/json.ts';
import { applyParameters } from '../../../src/manifest/load/apply-parameters.ts';
import { loadManifest } from '../../../src/manifest/load/load-manifest.ts';
import { Problems } from '../../../src/manifest/load/problems.ts';
import { readManifest } from '../../../src/manifest/load/read-manifest.ts';
import { validateComponent } from '../../../src/manifest/load/validate-component.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { factoryJudges } from './factory.ts';
import { enumMember, isStub } from './param-table.ts';
import type { ParamJudges, ParamRow, Stub } from './param-table.ts';

const NO_PORTS = { custom: new Map() };

/** How manifests are loaded, and what of the Python factory's choices is made while loading. */
export const loadingJudges: ParamJudges = {
  parsers__test_manifest_component_transformer: {
    test_find_default_types: (row) => applied(row),
    test_transform_custom_components: (row) => applied(row),
    test_use_parent_parameters_configuration: (row) => {
      const requester = {
        type: 'HttpRequester',
        name: 'component_priority',
        $parameters: { name: 'component_priority' },
      };
      const retriever = { type: 'SimpleRetriever', requester, $parameters: { name: 'parent_priority' } };
      const useParentParameters = row['use_parent_parameters'] as boolean;
      const stream = applyParameters({ type: 'DeclarativeStream', retriever }, { useParentParameters });
      const actual = stream['retriever'] as { readonly name: Json; readonly requester: Component };
      return expectSame(
        [actual.name, actual.requester['name'], actual.requester.$parameters],
        [
          row['expected_retriever_name'],
          row['expected_requester_name'],
          { name: row['expected_requester_params_name'] },
        ],
      );
    },
  },
  parsers__test_model_to_component_factory: {
    ...factoryJudges,
    test_create_requester: ({ error_handler: handler, expected_backoff_strategy_type: expected }) => {
      const { requester } = streamOf(
        `requester:\n  type: HttpRequester\n  url_base: https://api.example.com\n${handler as string}`,
      );
      const strategies = (requester as unknown as HandledRequester).error_handler?.backoff_strategies ?? [];
      return expectSame(strategies[0]?.type ?? null, componentName(expected));
    },
    test_create_requester_with_backoff_jitter: ({ backoff_strategy_yaml: handler, ...row }) => {
      const { requester } = streamOf(
        `requester:\n  type: HttpRequester\n  url_base: https://api.example.com\n${handler as string}`,
      );
      const strategy = (requester as unknown as HandledRequester).error_handler?.backoff_strategies?.[0];
      return expectSame(
        [strategy?.type, strategy?.['jitter_range_in_seconds']],
        [componentName(row['expected_backoff_strategy_type']), row['expected_jitter_range']],
      );
    },
    test_backoff_jitter_schema_validation: ({ backoff_strategy_arguments: fields }) =>
      onlyNegativeJitterIsRefused(fields as Component),
    test_create_backoff_strategy_with_negative_jitter_raises_error: ({ backoff_strategy_model: model }) =>
      onlyNegativeJitterIsRefused((model as Stub).kwargs as unknown as Component),
    test_create_custom_components: (row) => customComponent(row),
    test_create_custom_component_requires_custom_code_enabled: ({ class_name: className }) => {
      const transformations = [{ type: 'CustomTransformation', class_name: className as string }];
      return expectSame(loadManifest(manifestOf({ transformations }), NO_PORTS).missingPorts, [
        { className, component: 'CustomTransformation', streams: ['lists'] },
      ]);
    },
    test_incremental_dependency_without_incremental_sync_warns: (row) => {
      const incremental_sync = {
        type: 'DatetimeBasedCursor',
        cursor_field: 'at',
        datetime_format: '%s',
        start_datetime: '0',
      };
      const parent = {
        stream: streamFields({}),
        parent_key: 'id',
        partition_field: 'id',
        incremental_dependency: true,
      };
      const partition_router = { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] };
      const child = row['child_has_incremental_sync'] === true ? { incremental_sync } : {};
      const { warnings } = loadManifest(manifestOf(child, { partition_router }), NO_PORTS);
      return expectSame(
        warnings.some((warning) => warning.includes('incremental_dependency')),
        row['expected_warning'],
      );
    },
  },
};

interface HandledRequester {
  readonly error_handler?: { readonly backoff_strategies?: readonly Component[] };
}

const applied = ({ component, expected_component: expected }: ParamRow): Verdict =>
  expectSame(applyParameters(component as JsonObject), expected);

/** Python's classes of strategies are called as the components, some with a suffix. */
const componentName = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null || !('__class__' in value)) return null;
  return String(value.__class__).replace(/^(Wait\w+)BackoffStrategy$/, '$1');
};

/** A stream with what it needs, some fields over it, and some over its retriever. */
const streamFields = (fields: object, retriever: object = {}): JsonObject => ({
  type: 'DeclarativeStream',
  name: 'lists',
  retriever: {
    requester: { url_base: 'https://api.example.com' },
    record_selector: { extractor: { field_path: [] } },
    ...retriever,
  },
  ...fields,
});

const manifestOf = (fields: object, retriever: object = {}): JsonObject => ({
  version: '7.0.0',
  check: { type: 'CheckStream', stream_names: ['lists'] },
  streams: [streamFields(fields, retriever)],
});

/** What a piece of YAML becomes as a part of a retriever. */
function streamOf(yaml: string): JsonObject {
  const [stream] = loadManifest(manifestOf({}, readManifest(yaml)), NO_PORTS).streams;
  return stream?.['retriever'] as JsonObject;
}

function onlyNegativeJitterIsRefused(fields: Component): Promise<Verdict> | Verdict {
  const validate = (jitter_range_in_seconds: number): void => {
    const problems = new Problems();
    validateComponent({ ...fields, jitter_range_in_seconds }, [fields.type], 'strategy', problems);
    problems.throwIfAny();
  };
  validate(0);
  return expectThrow(() => validate(-1), /jitter_range_in_seconds: must be 0 or more/);
}

/** The classes that the Python tests bring along. */
const PORTS = new Map([
  ['unit_tests.sources.declarative.parsers.testing_components.TestingSomeComponent', () => undefined],
]);

/** What reaches the port of a custom component, in place of what the Python factory hands to the class. */
function customComponent({
  manifest,
  field_name: field,
  expected_value: expected,
  expected_error: error,
}: ParamRow): Verdict {
  const requester = {
    type: 'HttpRequester',
    url_base: 'https://api.example.com',
    error_handler: manifest as Component,
  };
  const { missingPorts, streams } = loadManifest(manifestOf({}, { requester }), { custom: PORTS });
  if (missingPorts.length > 0) return expectSame(missingPorts[0]?.streams, error === null ? undefined : ['lists']);
  if (error !== null) return notApplicable('it is an error of a Python class, whose parameters are declared in Python');
  if (expected === null)
    return notApplicable('a Python class gets no field without a type hint; a port gets all fields');
  const retriever = streams[0]?.['retriever'] as unknown as {
    readonly requester: { readonly error_handler: JsonObject };
  };
  const actual = retriever.requester.error_handler[field as string];
  if (isUntyped(actual)) return notApplicable('the type comes from the hints of a Python class');
  return expectSame(sameFields(actual ?? null, plainOf(expected)), plainOf(expected));
}

const isUntyped = (value: Json | undefined): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ([value].flat() as readonly JsonObject[]).some((one) => typeof one === 'object' && one !== null && !('type' in one));

/** The definition that a Python object was made of, without what the factory adds. */
function plainOf(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plainOf);
  if (enumMember(value) !== undefined) return String(enumMember(value)?.split('.')[1]);
  if (!isStub(value)) return value as Json;
  const fields = Object.entries(value.kwargs).filter(([name]) => !['config', 'parameters', 'extractor'].includes(name));
  return { type: value.__stub__, ...Object.fromEntries(fields.map(([name, field]) => [name, plainOf(field)])) };
}

/** Of a definition only what is expected of it: parameters leave more in it. */
function sameFields(actual: Json, expected: Json): Json {
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return actual;
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return actual;
  const fields = actual as JsonObject;
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [name, sameFields(fields[name] ?? null, value ?? null)]),
  );
}
