import { expect, test } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { Problems } from './problems.ts';
import { validateComponent } from './validate-component.ts';

function complaints(value: Json, ...names: readonly string[]): string {
  const problems = new Problems();
  validateComponent(value, names, 'here', problems);
  try {
    problems.throwIfAny();
    return '';
  } catch (error) {
    return (error as Error).message.replace('The manifest cannot be loaded.\n- ', '');
  }
}

const requester = { type: 'HttpRequester', url: 'https://a.example' };

test('takes a component with unknown fields, and null for what may be absent', () => {
  expect(complaints({ ...requester, stray: 1, http_method: 'POST', authenticator: null }, 'HttpRequester')).toBe('');
});

test.each<[string, Json, string, string]>([
  [
    'an unknown component',
    { ...requester, type: 'HttpRequestor' },
    'HttpRequester',
    'here: there is no component `HttpRequestor`; did you mean `HttpRequester`?',
  ],
  [
    'a component in the wrong place',
    { type: 'CsvDecoder' },
    'HttpRequester',
    'here: `CsvDecoder` cannot stand here; write `HttpRequester`',
  ],
  ['a component without a type', { url: 'x' }, 'HttpRequester', 'here: has no `type`; write `HttpRequester`'],
  ['a type that is no text', { type: 7 }, 'HttpRequester', 'here: `type` must be `HttpRequester`, not 7'],
  ['a text for a component', 'x', 'HttpRequester', 'here: must be a component (`HttpRequester`), not "x"'],
  ['a list for a component', [requester], 'HttpRequester', 'here: must be a component (`HttpRequester`), not a list'],
  ['nothing for a component', null, 'HttpRequester', 'here: must be a component (`HttpRequester`), not nothing'],
  [
    'a value that is none of some',
    { ...requester, http_method: 'get' },
    'HttpRequester',
    'here.http_method: must be one of `GET`, `POST`, not "get"; did you mean `GET`?',
  ],
  [
    'a number for a text',
    { type: 'BearerAuthenticator', api_token: 12 },
    'BearerAuthenticator',
    'here.api_token: must be a text, not 12; write it in quotes',
  ],
  [
    'a text for a list',
    { type: 'DpathExtractor', field_path: 'a' },
    'DpathExtractor',
    'here.field_path: must be a list of which each is a text, not "a"',
  ],
  [
    'a missing field with a likely slip',
    { type: 'DpathExtractor', field_pat: [] },
    'DpathExtractor',
    'here: needs `field_path`; is `field_pat` a slip of the pen?',
  ],
  [
    'a negative number',
    { type: 'ConstantBackoffStrategy', backoff_time_in_seconds: 5, jitter_range_in_seconds: -1 },
    'ConstantBackoffStrategy',
    'here.jitter_range_in_seconds: must be 0 or more, not -1',
  ],
  [
    'too few items',
    { type: 'UnionPartitionRouter', partition_field: 'a', partition_routers: [] },
    'UnionPartitionRouter',
    'here.partition_routers: must have at least 2 items',
  ],
  [
    'a wrong item deep within',
    { type: 'AddFields', fields: [{ type: 'AddedFieldDefinition', path: ['a', 1], value: 'x' }] },
    'AddFields',
    'here.fields[0].path[1]: must be a text, not 1; write it in quotes',
  ],
  [
    'a wrong value in an object of any names',
    { ...requester, request_parameters: { limit: 100 } },
    'HttpRequester',
    'here.request_parameters.limit: must be a text or a component (`QueryProperties`), not 100; write it in quotes',
  ],
  [
    'a fraction for a whole number',
    { type: 'PageIncrement', start_from_page: 1.5 },
    'PageIncrement',
    'here.start_from_page: must be a whole number, not 1.5',
  ],
])('refuses %s and says what to write', (_, value, name, complaint) => {
  expect(complaints(value, name)).toBe(complaint);
});

test('tells lists of texts from lists of paths', () => {
  const stream = (primary_key: Json): string =>
    complaints(
      { type: 'DeclarativeStream', retriever: { type: 'CustomRetriever', class_name: 'x' }, primary_key },
      'DeclarativeStream',
    );
  expect([stream('id'), stream(['a', 'b']), stream([['a', 'b'], ['c']])]).toEqual(['', '', '']);
  expect(stream([['a'], 'b'])).toMatch(/^here\.primary_key\[0\]: must be a text, not a list/);
});

test('knows components by what they are called in manifests', () => {
  const names = ['SessionTokenRequestApiKeyAuthenticator', 'SessionTokenRequestBearerAuthenticator'];
  expect(complaints({ type: 'Bearer' }, ...names)).toBe('');
  expect(complaints({ type: 'Beare' }, ...names)).toBe('here: there is no component `Beare`; did you mean `Bearer`?');
});

test('lets a component of an unknown custom kind through when it names its class', () => {
  expect(
    complaints({ type: 'CustomIncrementalSync', class_name: 'source_a.components.Sync' }, 'DatetimeBasedCursor'),
  ).toBe('');
  expect(complaints({ type: 'CustomIncrementalSync' }, 'DatetimeBasedCursor')).toMatch(
    /no component `CustomIncrementalSync`/,
  );
});

test('does not need a type where only one component stands', () => {
  const statuses = { running: ['r'], completed: ['c'], failed: ['f'], timeout: ['t'] };
  expect(complaints(statuses, 'AsyncJobStatusMap')).toBe('');
});

test('names a problem of something shared once', () => {
  const wrong = { type: 'BearerAuthenticator', api_token: 12 };
  const value = { type: 'CompositeErrorHandler', error_handlers: [wrong, wrong] };
  expect(complaints(value, 'CompositeErrorHandler').split('\n')).toHaveLength(1);
});

test('shows twenty problems and counts the others', () => {
  const error_handlers = Array.from({ length: 25 }, () => ({ type: 'DefaultErrorHandlr' }));
  const lines = complaints({ type: 'CompositeErrorHandler', error_handlers }, 'CompositeErrorHandler').split('\n');
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe('- and 5 more');
});
