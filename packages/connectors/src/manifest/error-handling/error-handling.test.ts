import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import { streamedResponse, wholeResponse } from '../requests/manifest-response.ts';
import { testingBuild, testingStream } from '../requests/testing-build.ts';
import { buildBackoffStrategy } from './backoff-strategy.ts';
import { buildErrorHandler } from './build-error-handler.ts';
import type { JudgedAnswer } from './error-handler.ts';
import { saidMessage } from './said-message.ts';

const HEAD = { status: 200, headers: {}, url: 'https://api.example.com/' };

function answer(status: number, json: Json = {}, headers: Readonly<Record<string, string>> = {}): JudgedAnswer {
  const text = JSON.stringify(json);
  const response = { ...HEAD, status, headers, text: () => text, bytes: () => Buffer.from(text), json: () => json };
  return { response: wholeResponse(response), bodyIsStreamed: false };
}

const handlerOf = (definition: JsonObject & { readonly type: string }, config: JsonObject = {}) =>
  buildErrorHandler(definition, testingBuild({ config }), testingStream());

const filtering = (...filters: readonly JsonObject[]) =>
  handlerOf({
    type: 'DefaultErrorHandler',
    response_filters: filters.map((filter) => ({ type: 'HttpResponseFilter', ...filter })),
  });

describe('filters', () => {
  test('look at headers by any spelling of their names, and at what the body says', () => {
    const handler = filtering(
      {
        predicate: "{{ headers['X-Quota'] == '0' }}",
        action: 'RATE_LIMITED',
        error_message: '{{ headers["x-quota"] }} left',
      },
      { error_message_contains: 'not enabled', action: 'IGNORE' },
    );
    expect(handler.resolve(answer(403, {}, { 'x-quota': '0' }))).toMatchObject({
      action: 'RATE_LIMITED',
      message: '0 left',
    });
    expect(handler.resolve(answer(403, { error: { message: 'This is not enabled here.' } })).action).toBe('IGNORE');
    expect(handler.resolve(answer(403, { error: 'no' })).action).toBe('FAIL');
  });

  test('leave a good body alone that is streamed', () => {
    const handler = filtering(
      { predicate: "{{ 'error' in response }}", action: 'FAIL' },
      { http_codes: [202], action: 'RETRY' },
    );
    const streamed = (status: number): JudgedAnswer => ({
      response: streamedResponse({ ...HEAD, status }, (async function* () {})()),
      bodyIsStreamed: true,
    });
    expect(handler.resolve(streamed(200)).action).toBe('SUCCESS');
    expect(handler.resolve(streamed(202)).action).toBe('RETRY');
  });
});

describe('handlers', () => {
  test('try again as often as the configuration says', () => {
    const handler = (config: JsonObject) =>
      handlerOf({ type: 'DefaultErrorHandler', max_retries: "{{ config['retries'] }}" }, config);
    expect([handler({ retries: '3' }).maxRetries, handler({ retries: 0 }).maxRetries]).toEqual([3, 0]);
    expect(() => handler({ retries: 'many' })).toThrow(/whole number/);
  });

  test('of the manifest’s own class are what their port makes', () => {
    const given = handlerOf({ type: 'DefaultErrorHandler' });
    const custom = new Map([['source_x.components.Handler', () => given]]);
    const definition = { type: 'CustomErrorHandler', class_name: 'source_x.components.Handler' };
    expect(buildErrorHandler(definition, testingBuild({ custom }), testingStream())).toBe(given);
    expect(() => buildErrorHandler(definition, testingBuild(), testingStream())).toThrow(/no port of source_x/);
  });
});

describe('waits', () => {
  const seconds = (definition: JsonObject & { readonly type: string }, headers: Readonly<Record<string, string>>) =>
    buildBackoffStrategy(definition, testingBuild(), testingStream()).seconds(answer(429, {}, headers), 1);

  test('come from a header, where a pattern may cut them out', () => {
    const definition = { type: 'WaitTimeFromHeader', header: 'Retry-After' };
    expect(seconds(definition, { 'retry-after': '12.5' })).toBe(12.5);
    expect(seconds({ ...definition, regex: '[0-9]+' }, { 'retry-after': '7 seconds' })).toBe(7);
    expect(seconds(definition, { 'retry-after': 'later' })).toBeUndefined();
    expect(seconds(definition, {})).toBeUndefined();
  });

  test('end the stream when they are as long as the manifest allows or longer', () => {
    const definition = { type: 'WaitTimeFromHeader', header: 'Retry-After', max_waiting_time_in_seconds: 60 };
    expect(seconds(definition, { 'retry-after': '59' })).toBe(59);
    expect(() => seconds(definition, { 'retry-after': '60' })).toThrow(
      expect.objectContaining({ reason: 'rate_limited', retryAfterMs: 60_000 }),
    );
  });
});

test.each<[Json, string | undefined]>([
  [{ message: '', errors: [{ detail: 'a' }, { msg: 'b' }, 3] }, 'a, b'],
  [{ error: { reason: 'deep' } }, 'deep'],
  [{ errors: [] }, undefined],
  ['plain', 'plain'],
  [7, undefined],
])('the message of %j is %j', (json, said) => {
  expect(saidMessage(answer(400, json).response)).toBe(said);
});
