import { expect, test } from 'vitest';
import { renewSpellings } from './renew-spellings.ts';

const requester = (fields: object) => renewSpellings({ type: 'HttpRequester', ...fields });

test('writes the base as the URL, and keeps a path beside it', () => {
  expect(requester({ url_base: 'https://a.example/v1', path: '/{{ config.x }}' })).toEqual({
    type: 'HttpRequester',
    url: 'https://a.example/v1',
    path: '/{{ config.x }}',
  });
  expect(requester({ url_base: 'https://a.example', path: '' })).toEqual({
    type: 'HttpRequester',
    url: 'https://a.example',
  });
  expect(requester({ url_base: '', url: 'https://b.example' })).toEqual({
    type: 'HttpRequester',
    url: 'https://b.example',
  });
});

test.each([
  [{ request_body_json: { a: 1 } }, { request_body: { type: 'RequestBodyJsonObject', value: { a: 1 } } }],
  [{ request_body_data: { a: '1' } }, { request_body: { type: 'RequestBodyUrlEncodedForm', value: { a: '1' } } }],
  [{ request_body_data: 'a=1' }, { request_body: { type: 'RequestBodyPlainText', value: 'a=1' } }],
  [{ request_body_json: '{{ {"a": 1} }}' }, { request_body_json: '{{ {"a": 1} }}' }],
  [{ request_body_json: {} }, {}],
  [
    { fetch_properties_from_endpoint: { x: 1 } },
    { query_properties: { type: 'QueryProperties', property_list: { x: 1 } } },
  ],
])('renews %j', (old, current) => {
  const renewed = requester({ url: 'https://a.example', ...old });
  if ('request_body_json' in old && Object.keys(old.request_body_json as object).length === 0) {
    expect(renewed).not.toHaveProperty('request_body');
  } else expect(renewed).toEqual({ type: 'HttpRequester', url: 'https://a.example', ...current });
});

test('hands the parameters of the request to its body', () => {
  const renewed = requester({ request_body_data: 'a', $parameters: { x: 1 } });
  expect(renewed['request_body']).toMatchObject({ $parameters: { x: 1 } });
});

test('finds requests wherever they stand, but not in templates of streams', () => {
  const old = { type: 'HttpRequester', url_base: 'https://a.example' };
  const renewed = renewSpellings({
    type: 'X',
    list: [{ deep: old }],
    template: { type: 'DynamicDeclarativeStream', stream_template: { requester: old } },
    schema: { type: 'object', properties: { a: old } },
  } as never);
  expect(renewed).toEqual({
    type: 'X',
    list: [{ deep: { type: 'HttpRequester', url: 'https://a.example' } }],
    template: { type: 'DynamicDeclarativeStream', stream_template: { requester: old } },
    schema: { type: 'object', properties: { a: old } },
  });
});

test('keeps the identity of what needs no change', () => {
  const component = { type: 'X', list: [{ a: 1 }] };
  expect(renewSpellings(component)).toBe(component);
});
