import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestListener } from 'node:http';
import type { Json, JsonObject } from '../../kit/json.ts';
import { countSettings } from '../cursors/build-count-settings.ts';
import { rigBuild } from '../records/records-rig.ts';
import { byDay, errorOf, retriever, trial } from './testing-bad-input.ts';
import type { Outcome, TrialOptions } from './testing-bad-input.ts';

const body =
  (text: string | Buffer): RequestListener =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(text);

async function read(bad: JsonObject, text: string | Buffer, options: TrialOptions = {}): Promise<Outcome> {
  const outcome = (await trial(bad, { answer: body(text), ...options })).outcomes.get('bad');
  if (!outcome) throw new Error('The stream is not there.');
  if (outcome.error !== undefined) throw outcome.error as Error;
  return outcome;
}

const counting: JsonObject = {
  incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'n', start_value: 0 },
};

describe('numbers', () => {
  test('beyond 2^53 keep their digits in records and in keys', async () => {
    const { records, keys } = await read(
      {},
      '[{"id":9007199254740992,"n":-12345678901234567890},{"id":9007199254740993}]',
    );
    expect(records).toEqual([{ id: '9007199254740992', n: '-12345678901234567890' }, { id: '9007199254740993' }]);
    expect(keys).toEqual(['9007199254740992', '9007199254740993']);
  });

  test('beyond 2^53 keep their digits in the next request', async () => {
    const paginator: JsonObject = {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
      pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
    };
    const selector: JsonObject = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['d'] } };
    const { asked } = await trial(
      { retriever: retriever('/bad', { paginator, record_selector: selector }) },
      {
        answer: (request, response) => {
          const isLast = request.url?.includes('page') === true;
          body(isLast ? '{"d":[{"id":2}]}' : '{"d":[{"id":1}],"next":9007199254740993}')(request, response);
        },
      },
    );
    expect(asked).toContain('/bad?page=9007199254740993');
  });

  test.each(['Default', 'None'])('beyond 2^53 survive the schema normalisation %s', async (schema_normalization) => {
    const record_selector: JsonObject = {
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', field_path: [] },
      schema_normalization,
    };
    const { records } = await read({ retriever: retriever('/bad', { record_selector }) }, '[{"id":9007199254740993}]');
    expect(records).toEqual([{ id: '9007199254740993' }]);
  });

  test('a count beyond 2^53 moves the state as far as a number can, and never past the record', () => {
    const settings = countSettings({ type: 'IncrementingCountCursor', cursor_field: 'n' }, rigBuild()).forRead();
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n }), (count) => {
        const point = settings.axis.parse(String(count)) ?? Infinity;
        expect(BigInt(point)).toBeLessThanOrEqual(count);
        expect(count - BigInt(point)).toBeLessThanOrEqual(count / 2n ** 51n);
      }),
    );
  });

  test('a count beyond 2^53 is gone on from', async () => {
    const first = await read(counting, '[{"id":1,"n":9007199254740995}]');
    expect(first.states.at(-1)).toEqual({ n: 9_007_199_254_740_994 });
    const state = first.states.at(-1) ?? {};
    const again = await read(counting, '[{"id":2,"n":9007199254740999}]', { state });
    expect(again.records).toHaveLength(1);
  });

  test('beyond all bounds are no part of a key, and move no state', async () => {
    const { keys, states } = await read(counting, '[{"id":1e400,"n":1e400,"a":1},{"id":1e500,"n":-1e400,"a":2}]');
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^sha256:/);
    expect(states.at(-1)).toEqual({ n: 0 });
  });
});

describe('texts', () => {
  const strange = [
    'caf\u00E9',
    'cafe\u0301',
    '\u{1F375}',
    'a\0b',
    'a\0c',
    'a',
    '\uD800',
    '\uD801',
    '\uFFFD',
    '\uFEFFa',
    '\u202Ea',
    'A',
  ];

  test('that look alike are different keys', async () => {
    const { keys } = await read({}, JSON.stringify(strange.map((id) => ({ id }))));
    expect(new Set(keys.map((key) => key.toWellFormed())).size).toBe(strange.length);
  });

  test('are names of fields and values like others', async () => {
    const rows = strange.map((text, id) => ({ id, [text]: text }));
    const { records } = await read({}, JSON.stringify(rows));
    expect(records).toEqual(rows);
  });

  test.each<readonly [string, JsonObject, string]>([
    ['JSON', { type: 'JsonDecoder' }, '[{"id":3}]'],
    ['lines', { type: 'JsonlDecoder' }, '{"id":3}\n'],
    ['CSV', { type: 'CsvDecoder' }, 'id\r\n3\r\n'],
  ])('a byte order mark before %s is none of its data', async (_title, decoder, text) => {
    const { records } = await read({ retriever: retriever('/bad', { decoder }) }, Buffer.from(`\uFEFF${text}`));
    expect(records.map(({ id }) => String(id as string | number))).toEqual(['3']);
    expect(Object.keys(records[0] ?? {})).toEqual(['id']);
  });

  test('in cursor fields move no state when they are no times', async () => {
    const rows = ['2024-01-0\u0665', '2024-01-05\0', '\uD800'].map((at, id) => ({ id, at }));
    const { records, states } = await read({ incremental_sync: byDay() }, JSON.stringify(rows));
    expect(records).toHaveLength(3);
    expect(states.at(-1)).toEqual({ at: '2024-01-01' });
  });
});

describe('keys', () => {
  const keyed = (primary_key: Json): JsonObject => ({ primary_key });

  test.each<readonly [title: string, key: Json, rows: readonly JsonObject[], different: number]>([
    [
      'twice on a page',
      'id',
      [
        { id: 1, a: 1 },
        { id: 1, a: 2 },
      ],
      1,
    ],
    ['a number and its text', 'id', [{ id: 1 }, { id: '1' }], 1],
    ['missing', 'id', [{ a: 1 }, { a: 2 }], 2],
    [
      'null',
      'id',
      [
        { id: null, a: 1 },
        { id: null, a: 2 },
      ],
      2,
    ],
    [
      'empty',
      'id',
      [
        { id: '', a: 1 },
        { id: '', a: 2 },
      ],
      2,
    ],
    [
      'of two parts, of which one is missing',
      ['a', 'b'],
      [
        { a: 1, c: 1 },
        { a: 1, c: 2 },
        { a: 1, b: 1 },
      ],
      3,
    ],
    [
      'of two parts in another order',
      ['a', 'b'],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
        { a: 2, b: 1 },
      ],
      2,
    ],
    [
      'below a value that is no mapping',
      [['a', 'b']],
      [
        { a: 5, c: 1 },
        { a: null, c: 2 },
        { a: [1], c: 3 },
      ],
      3,
    ],
    ['lists', 'id', [{ id: [1, 2] }, { id: [2, 1] }], 2],
    ['a name of JavaScript', '__proto__', [{ id: 1 }, { id: 2 }], 2],
    ['a method of JavaScript', 'toString', [{ id: 1 }, { id: 2 }], 2],
  ])('%s: records are one when their key says so, and only then', async (_title, key, rows, different) => {
    const { keys, records } = await read(keyed(key), JSON.stringify(rows));
    expect(records).toHaveLength(rows.length);
    expect(new Set(keys).size).toBe(different);
  });
});

test('a number where a list of records should be is told of with stream and component, whatever its size', async () => {
  const { outcomes } = await trial({}, { answer: body('9007199254740993') });
  expect(errorOf(outcomes.get('bad')?.error).message).toMatch(/^Stream "bad": .*JsonDecoder/);
});
