import { formatDatetime } from '../../../src/manifest/datetime/format-datetime.ts';
import type { Instant } from '../../../src/manifest/datetime/instant.ts';
import { parseDatetime } from '../../../src/manifest/datetime/parse-datetime.ts';
import { parseIsoDatetime } from '../../../src/manifest/datetime/parse-iso-datetime.ts';
import {
  interpolatedBoolean,
  interpolatedNested,
  interpolatedString,
} from '../../../src/manifest/interpolation/interpolated.ts';
import { macroClock } from '../../../src/manifest/interpolation/macro-clock.ts';
import { sliceVariables } from '../../../src/manifest/interpolation/slice-variables.ts';
import type { JsonObject } from '../../../src/kit/json.ts';
import type { StreamSlice } from '../../../src/manifest/model/slice.ts';
import type { TemplateContext } from '../../../src/manifest/model/template.ts';
import type { Verdict } from '../verdict.ts';
import { expectSame, expectThrow, notApplicable } from '../verdict.ts';
import { isStub } from './param-table.ts';
import type { ParamJudge, ParamJudges, ParamRow } from './param-table.ts';

const text = (row: ParamRow, name: string): string => String(row[name]);

const evaluate = (source: string, context: TemplateContext = {}): unknown =>
  interpolatedString(source).evaluate({ config: {}, parameters: {}, ...context });

const evaluates =
  (source: string, expected: string, context: (row: ParamRow) => TemplateContext = () => ({})): ParamJudge =>
  (row) =>
    expectSame(evaluate(text(row, source), context(row)), row[expected]);

const refuses: ParamJudge = (row) => expectThrow(() => evaluate(text(row, 'template_string')));

const at = (iso: string): TemplateContext => macroClock({ now: () => Date.parse(iso) });

/** What the rows take for granted: the configuration, parameters and variables of the tests. */
const STRINGS = { config: { field: 'value' }, parameters: { hello: 'world' }, kwargs: { c: 'airbyte' } };
const BOOLEANS = {
  config: {
    parent: { key_with_true: true },
    string_key: 'compare_me',
    zero_value: 0,
    empty_array: [],
    non_empty_array: [1],
    empty_dict: {},
    empty_tuple: [],
  },
  parameters: { from_parameters: 'come_find_me' },
};
const NESTED_SOURCE: JsonObject = {
  nested: {
    field: 'value',
    number: 100,
    nested_array: [
      { '{{ parameters.k }}': 'VALUE' },
      { value: "{{ config['num_value'] | int + 2 }}" },
      { value: '{{ True }}' },
    ],
    config_value: "{{ config['c'] }}",
    parameters_value: "{{ parameters['b'] }}",
    kwargs_value: "{{ kwargs['a'] }}",
  },
};
const NESTED = {
  config: { c: 'VALUE_FROM_CONFIG', num_value: 3 },
  parameters: { b: 'VALUE_FROM_PARAMETERS', k: 'key' },
  kwargs: { a: 'VALUE_FROM_KWARGS' },
};

function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('/')) found = (found as Readonly<Record<string, unknown>>)[part];
  return found;
}

function undeclared(row: ParamRow): Verdict | Promise<Verdict> {
  const context = { to_be: 'that_is_the_question' };
  const source = text(row, 'template_string');
  return row['expected_error'] === null
    ? expectSame(evaluate(source, context), row['expected_value'])
    : expectThrow(() => evaluate(source, context));
}

function instantOf(value: unknown): Instant {
  const instant = parseIsoDatetime((value as { readonly __datetime__: string }).__datetime__);
  if (!instant) throw new Error('the row has no date');
  return instant;
}

/** A slice within a slice: ours hold the partition or cursor slice of the inner one. */
function sliceOf(value: unknown): StreamSlice {
  const kwargs = isStub(value) ? value.kwargs : {};
  const [partition, cursorSlice] = [kwargs['partition'], kwargs['cursor_slice']];
  return {
    partition: isStub(partition) ? sliceOf(partition).partition : (partition as JsonObject),
    cursorSlice: isStub(cursorSlice) ? sliceOf(cursorSlice).cursorSlice : (cursorSlice as JsonObject),
    extraFields: {},
  };
}

const slicePart =
  (attribute: string): ParamJudge =>
  (row) =>
    expectSame(
      evaluate(`{{ stream_slice.${attribute} }}`, sliceVariables(sliceOf(row['stream_slice']))),
      row[`expected_${attribute}`],
    );

export const interpolationJudges: ParamJudges = {
  interpolation__test_filters: {
    test_base64encode: (row) => {
      const input = text(row, 'input_string');
      const encoded = evaluate(`{{ '${input}' | base64encode }}`);
      return expectSame(encoded, Buffer.from(input).toString('base64'));
    },
    test_base64decode: (row) =>
      expectSame(evaluate(`{{ '${text(row, 'input_string')}' | base64decode }}`), row['expected_string']),
    test_regex_replace: evaluates('expression', 'expected'),
  },
  interpolation__test_interpolated_boolean: {
    test_interpolated_boolean: (row) =>
      expectSame(interpolatedBoolean(text(row, 'template')).evaluate(BOOLEANS), row['expected_result']),
  },
  interpolation__test_interpolated_nested_mapping: {
    test: (row) =>
      expectSame(valueAt(interpolatedNested(NESTED_SOURCE).evaluate(NESTED), text(row, 'path')), row['expected_value']),
  },
  interpolation__test_interpolated_string: {
    test_interpolated_string: evaluates('input_string', 'expected_value', () => STRINGS),
    test_parsing_record_data: evaluates('input_string', 'expected_value', (row) => ({
      record: { some_calculation: row['record_value'] },
    })),
  },
  interpolation__test_jinja: {
    test_literals: evaluates('s', 'value'),
    test_stream_slice_alias: evaluates('input_string', 'expected_value', (row) => row['context'] as TemplateContext),
    test_error_is_raised_if_alias_is_already_in_context: () =>
      notApplicable('the aliases are variables of our contexts, made together with stream_slice'),
    test_to_string: (row) =>
      expectSame(
        evaluate("{{ config['key'] | string }}", { config: { key: row['input_value'] } }),
        row['expected_output'],
      ),
    test_macros: evaluates('s', 'expected_value'),
    test_invalid_jinja_statements: refuses,
    test_restricted_builtin_functions_are_not_executed: refuses,
    test_undeclared_variables: undeclared,
    test_macros_examples: evaluates('template_string', 'expected_value', () => at('2021-09-01T00:00:00Z')),
    test_macros_timezone: evaluates('template_string', 'expected_value', () => at('2021-09-01T12:00:00Z')),
  },
  datetime__test_datetime_parser: {
    test_parse_date: (row) =>
      expectSame(
        parseDatetime(text(row, 'input_date'), text(row, 'date_format')).micros,
        instantOf(row['expected_output_date']).micros,
      ),
    test_format_datetime: (row) =>
      expectSame(formatDatetime(instantOf(row['input_dt']), text(row, 'datetimeformat')), row['expected_output']),
  },
  test_types: {
    test_partition: slicePart('partition'),
    test_cursor_slice: slicePart('cursor_slice'),
  },
};
