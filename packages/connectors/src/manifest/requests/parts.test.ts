import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../kit/json.ts';
import { joinUrl } from './join-url.ts';
import { mergeParts } from './merge-parts.ts';
import { requestOption } from './request-option.ts';
import { createResponseCache } from './response-cache.ts';
import { testingBuild } from './testing-build.ts';

describe('parts of a request', () => {
  test('are put together by place; the last path counts', () => {
    const merged = mergeParts([
      { params: { a: 1 }, headers: { x: 'y' }, path: '/one' },
      {},
      { params: { b: [1, 2] }, bodyData: {}, path: '/two' },
      { bodyJson: { deep: { a: 1, same: [1] } } },
      { bodyJson: { deep: { b: 2, same: [1] } } },
    ]);
    expect(merged).toEqual({
      params: { a: 1, b: [1, 2] },
      headers: { x: 'y' },
      bodyJson: { deep: { a: 1, b: 2, same: [1] } },
      path: '/two',
    });
  });

  test.each([
    ['a parameter twice, though with one value', [{ params: { a: 1 } }, { params: { a: 1 } }], /query parameter "a"/],
    ['a header twice', [{ headers: { a: 1 } }, { headers: { a: 2 } }], /header "a"/],
    ['a form field twice', [{ bodyData: { a: 1 } }, { bodyData: { a: 2 } }], /body field "a"/],
    [
      'two values in one place of a JSON body',
      [{ bodyJson: { a: { b: 1 } } }, { bodyJson: { a: { b: 2 } } }],
      /"a\.b"/,
    ],
    ['two texts', [{ bodyData: 'a' }, { bodyData: 'b' }], /is a text/],
    ['a text and a field', [{ bodyData: 'a' }, { bodyData: { b: 1 } }], /is a text/],
    ['a form and a JSON body', [{ bodyData: { a: 1 } }, { bodyJson: { b: 1 } }], /use one of them/],
  ])('must not have %s', (_what, parts, words) => {
    expect(() => mergeParts(parts)).toThrow(words);
  });

  test('with names apart are merged to all of them, in any order', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, (all) => {
        const parts = all.map((name, index) => ({ params: { [name]: index } }));
        expect(mergeParts(parts)).toEqual(mergeParts(parts.toReversed()));
        expect(Object.keys(mergeParts(parts).params ?? {})).toHaveLength(all.length);
      }),
    );
  });
});

describe('an option of a request', () => {
  const option = (fields: JsonObject) =>
    requestOption({ type: 'RequestOption', ...fields }, testingBuild({ config: { v: 2 } }));

  test('goes to its place, deep in a JSON body too, and leaves the rest as it was', () => {
    const before = { bodyJson: { data: { a: 1 } }, params: { p: 1 } };
    const deep = option({ inject_into: 'body_json', field_path: ['data', "v{{ config['v'] }}", 'page'] });
    expect(deep.add(before, 7)).toEqual({ bodyJson: { data: { a: 1, v2: { page: 7 } } }, params: { p: 1 } });
    expect(before).toEqual({ bodyJson: { data: { a: 1 } }, params: { p: 1 } });
    expect(requestOption({ type: 'RequestPath' }, testingBuild()).add({}, '/next')).toEqual({ path: '/next' });
  });

  test.each([
    [{ inject_into: 'cookie', field_name: 'a' }, /`inject_into` is none of/],
    [{ inject_into: 'header' }, /either `field_name` or `field_path`/],
    [{ inject_into: 'body_json', field_name: 'a', field_path: ['b'] }, /either/],
    [{ inject_into: 'header', field_path: ['a'] }, /for `body_json` only/],
  ])('%j cannot be', (fields, words) => {
    expect(() => option(fields)).toThrow(words);
  });
});

test.each([
  ['https://a.example/v1', 'pets', 'https://a.example/v1/pets'],
  ['https://a.example/v1', '', 'https://a.example/v1'],
  ['https://a.example/v1', 'https://b.example/x?y=1', 'https://b.example/x?y=1'],
  ['https://a.example/v1/', '/next?page=2', 'https://a.example/next?page=2'],
])('%s and "%s" are joined to %s', (base, path, whole) => {
  expect(joinUrl(base, path)).toBe(whole);
});

describe('the cache of answers', () => {
  const body = (text: string, status = 200) => ({
    status,
    headers: {},
    url: 'https://a.example/',
    bytes: () => Buffer.from(text),
    text: () => text,
    json: () => null,
  });

  test('keeps those asked for last within its bound, for an hour, and no failures', async () => {
    let now = 0;
    const asked: string[] = [];
    const cache = createResponseCache(() => now, 10);
    const get = (key: string, text: string, status?: number) =>
      cache.get(key, () => {
        asked.push(key);
        return Promise.resolve(body(text, status));
      });
    await get('a', '1234');
    await get('b', '1234');
    await get('a', '');
    await get('c', '1234');
    await get('a', '');
    await get('b', '1234');
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
    await get('failed', '', 500);
    await get('failed', '', 500);
    await expect(cache.get('gone', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await get('gone', '1');
    now = 3_600_001;
    await get('gone', '1');
    expect(asked.slice(4)).toEqual(['failed', 'failed', 'gone', 'gone']);
  });
});
