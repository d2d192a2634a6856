import { describe, expect, test } from 'vitest';
import {
  interpolatedBoolean,
  interpolatedMapping,
  interpolatedNested,
  interpolatedString,
  interpolatedText,
} from './interpolated.ts';
import { macroClock } from './macro-clock.ts';
import { sliceVariables } from './slice-variables.ts';

const context = {
  ...macroClock({ now: () => Date.UTC(2021, 8, 1) }),
  config: { a: 'x', n: 5, none: null, empty: '', list: [3, 1, 2], items: 'I', nested: { k: ['v', { z: 1 }] } },
  record: { id: 12, zip: '007', rows: [{ a: 2 }, { a: 1 }], text: 'é😀ü', quote: "it's" },
  parameters: { path: 'p' },
};

const result = (source: string): unknown => interpolatedString(source).evaluate(context);

describe('values of expressions', () => {
  // What Jinja 3.1 and ast.literal_eval of Python 3.11 give.
  test.each<[string, unknown]>([
    ['config.a', 'x'],
    ["config['items']", 'I'],
    ['config.none', null],
    ['config.none.x', ''],
    ['config.missing', ''],
    ['config.n // 2', 2],
    ['-7 // 2', -4],
    ['7 % -3', -2],
    ['-7.5 // 2', -4],
    ['2 ** -1', 0.5],
    ['-2 ** 2', 4],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ["config.list | sort(reverse=true) | join('-')", '3-2-1'],
    ['config.list[::-1]', [2, 1, 3]],
    ['config.list[-1]', 2],
    ['config.list[10]', ''],
    ['record.text[1]', '😀'],
    ['record.text | length', 3],
    ["record.rows | selectattr('a', 'gt', 1) | map(attribute='a') | list", [2]],
    ["record.rows | sort(attribute='a') | map(attribute='a') | list", [1, 2]],
    [
      "record.rows | groupby('a') | list",
      [
        [1, [{ a: 1 }]],
        [2, [{ a: 2 }]],
      ],
    ],
    ["'a b c'.rsplit(None, 1)", ['a b', 'c']],
    ["'abc'.endswith(('x', 'c'))", true],
    ["'%05.2f' % 3.14159", 3.14],
    ["'{a:>5}'.format(a='x')", '    x'],
    ["'0x1f' | int(base=16)", 31],
    ["'abc' | int(7)", 7],
    ['2.5 | round', 2],
    ['1 < 2 > 5', false],
    ["'<p>A  <b>&amp;</b> B</p><!-- c --> &raquo;'  | striptags", 'A & B »'],
    ['5 is divisibleby 5', true],
    ['config.x is defined', false],
    ["config.missing | default('d')", 'd'],
    ["config.get('zz', 'dd')", 'dd'],
    ['{1: 2, "a": none}', { '1': 2, a: null }],
    ['(1, 2)', [1, 2]],
    ["'a' ~ 1 ~ none ~ true", 'a1NoneTrue'],
    ["'x y&z' | urlencode", 'x%20y%26z'],
    ["{'b': 1, 'a': [1, none]} | tojson", '{"a": [1, null], "b": 1}'],
    [
      "[1,2,3,4,5] | batch(2, 'x') | list",
      [
        [1, 2],
        [3, 4],
        [5, 'x'],
      ],
    ],
    ["'foo bar baz qux' | truncate(9)", 'foo...'],
    ['1 if none else 2 if 0 else 3', 3],
    ['config.a if config.n > 30', ''],
    ['record.quote', "it's"],
    ['[record.quote]', ["it's"]],
  ])('{{ %s }}', (expression, expected) => {
    expect(result(`{{ ${expression} }}`)).toEqual(expected);
  });
});

describe('statements', () => {
  test.each<[string, unknown]>([
    ['{% set x = config.n %}{{ x + 1 }}', 6],
    ['{% if config.n > 30 %}a{% elif config.n %}b{% else %}c{% endif %}', 'b'],
    [
      '{% for i in config.list if i > 1 %}{{ loop.index }}:{{ i }}{% if not loop.last %},{% endif %}{% endfor %}',
      '1:3,2:2',
    ],
    ['{% for i in [] %}x{% else %}none{% endfor %}', 'none'],
    ['{% set x = 1 %}{% for i in [1, 2] %}{% set x = 9 %}{% endfor %}{{ x }}', 1],
    ['{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', 3],
    ['{% set a, b = (1, 2) %}{{ a }}{{ b }}', 12],
    ['{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
    ['a {%- if true -%} b {%- endif -%} c', 'abc'],
    ['a{# {{ c }} #}b\n', 'ab'],
    ['{% set x %}a{{ config.n }}{% endset %}{{ x }}', 'a5'],
    ['{% filter upper %}abc{% endfilter %}', 'ABC'],
  ])('%s', (source, expected) => {
    expect(result(source)).toEqual(expected);
  });

  test('change only what the template made itself, never a value of the context', () => {
    const before = structuredClone(context.config);
    expect(result('{% set x = config.list %}{% set _ = x.append(4) %}{{ x }}')).toEqual([3, 1, 2, 4]);
    expect(result("{% set _ = config.update({'a': 'y'}) %}{{ config.a }}")).toBe('y');
    expect(context.config).toEqual(before);
  });
});

describe('a result is read as a Python literal', () => {
  test.each<[string, unknown]>([
    ['{{ record.zip }}', '007'],
    ['1_000', 1000],
    ['1e3', 1000],
    ['(1,2)', [1, 2]],
    ['2020-01-01', '2020-01-01'],
    ["{'a': True}", { a: true }],
    ['{"a": true}', '{"a": true}'],
    ['{{ 1 | string }}', '1'],
    ['{{ ["a"] | string }}', '["a"]'],
    ['9173710294242221J', '9173710294242221J'],
    ['{{ \'"abc"\' }}', 'abc'],
    ['[{{ 1 }}, {{ 2 }}]', [1, 2]],
    ['None', null],
    ['', ''],
  ])('%s', (source, expected) => {
    expect(result(source)).toEqual(expected);
  });

  test('and stays a text when it is not of the wanted types', () => {
    const typed = (source: string, ...validTypes: ('string' | 'integer' | 'number' | 'list')[]): unknown =>
      interpolatedString(source, { validTypes }).evaluate(context);
    expect(typed('{{ config.n }}', 'string', 'list')).toBe('5');
    expect(typed('{{ config.list }}', 'string', 'list')).toEqual([3, 1, 2]);
    expect(typed('{{ config.n }}', 'integer')).toBe(5);
    expect(typed('{{ config.n }}', 'number')).toBe('5');
    expect(typed('"a"', 'string')).toBe('"a"');
  });
});

test('a default takes the place of empty results and of undefined values that are used', () => {
  const withDefault = (source: string): unknown =>
    interpolatedString(source, { default: "{{ config['n'] }}" }).evaluate(context);
  expect(withDefault('{{ config.missing }}')).toBe(5);
  expect(withDefault('{{ config.missing.more }}')).toBe(5);
  expect(withDefault('{{ config.a }}')).toBe('x');
  expect(result('{{ config.missing.more }}')).toBeNull();
  expect(() => interpolatedText('{{ config.missing.more }}').evaluate(context)).toThrow('"missing" is undefined');
});

test('an operation that does not fit its operands gives the template back', () => {
  expect(result("{{ 'a' + 1 }}")).toBe("{{ 'a' + 1 }}");
});

test('a name that the context does not have is a configuration error, even where it is not come by', () => {
  expect(() => result('{{ config.n or nobody }}')).toThrow('the variable "nobody" is not known here');
  expect(() => result('{{ stream_state.x }}')).toThrow('use "stream_interval" instead');
});

test('a template that is not well formed is refused when it is made', () => {
  for (const source of [
    '{{ a',
    '{{ }}',
    '{% foo %}',
    '{{ 1 | nofilter }}',
    '{{ a b }}',
    '{% if %}x{% endif %}',
    '{{ (1 }}',
  ]) {
    expect(() => interpolatedString(source)).toThrow('cannot be evaluated');
  }
});

test('texts are written as Python writes them', () => {
  const text = (source: string): string => interpolatedText(source).evaluate(context);
  expect(text('/items/{{ record.id }}')).toBe('/items/12');
  expect(text('{{ 4 / 2 }}')).toBe('2.0');
  expect(text('{{ true }}')).toBe('True');
  expect(text('{{ config.nested }}')).toBe("{'k': ['v', {'z': 1}]}");
  expect(text('{{ none }}')).toBe('None');
});

test('conditions are false for nothing, zero and their texts, and true for None', () => {
  const holds = (source: string): boolean => interpolatedBoolean(source).evaluate(context);
  for (const source of [
    '{{ config.missing }}',
    '{{ config.missing.x }}',
    "{{ 'false' }}",
    '{{ 0.0 }}',
    '{{ [] }}',
    '{{ {} }}',
    '{{ () }}',
    'False',
    "{{ '0' }}",
  ]) {
    expect([source, holds(source)]).toEqual([source, false]);
  }
  for (const source of ['{{ none }}', 'no', '{{ 1 }}', '{{ record.id == 12 }}'])
    expect([source, holds(source)]).toEqual([source, true]);
  expect(interpolatedBoolean(false).evaluate(context)).toBe(false);
});

test('mappings have templates as keys and values, and nested JSON drops what becomes None', () => {
  const mapping = interpolatedMapping(
    { 'k{{ record.id }}': '{{ config.n }}', gone: '{{ config.missing }}', plain: 1 },
    { validTypes: ['string', 'list'] },
  );
  expect(mapping.evaluate(context)).toEqual({ k12: '5', gone: null, plain: 1 });
  const nested = interpolatedNested({
    a: [{ b: '{{ config.n }}', c: '{{ config.missing }}', '{{ parameters.path }}': null }],
    d: '{{ none }}',
  });
  expect(nested.evaluate(context)).toEqual({ a: [{ b: 5 }] });
});

test('a slice is one mapping under three names, with its parts as attributes', () => {
  const variables = {
    ...context,
    ...sliceVariables({ partition: { id: 7 }, cursorSlice: { start_time: 's' }, extraFields: { more: 1 } }),
  };
  const of = (source: string): unknown => interpolatedString(source).evaluate(variables);
  expect(of("{{ stream_partition.id }}{{ stream_interval['start_time'] }}")).toBe('7s');
  expect(of('{{ stream_slice }}')).toEqual({ id: 7, start_time: 's' });
  expect(of('{{ stream_slice.extra_fields.more }}')).toBe(1);
  expect(of('{{ stream_slice._partition.id }}')).toBe(7);
  expect(of('{{ stream_slice.cursor_slice }}')).toEqual({ start_time: 's' });
});

describe('macros', () => {
  test.each<[string, unknown]>([
    ['now_utc()', '2021-09-01 00:00:00+00:00'],
    ["now_utc().strftime('%s')", 1_630_454_400],
    ['today_utc()', '2021-09-01'],
    ["today_with_timezone('America/New_York')", '2021-08-31'],
    ["timestamp('2022-02-28T00:00:00-08:00')", 1_646_035_200],
    ['max(1, 3, 2)', 3],
    ["day_delta(-1, format='%Y-%m-%d')", '2021-08-31'],
    ["duration('P1DT2H')", '1 day, 2:00:00'],
    ["(today_utc() - duration('P1M')).isoformat()", '2021-08-01'],
    ["(now_utc() - str_to_datetime('2021-08-30')).days", 2],
    ["format_datetime('2021-08-30T10:00:00+02:00', '%Y-%m-%d %H:%M')", '2021-08-30 08:00'],
    ["format_datetime(1630454400, '%Y')", 2021],
    ["format_datetime('30/08/2021', '%Y%m%d', '%d/%m/%Y') | string", 20_210_830],
    ["sanitize_url('a b&c')", 'a+b%26c'],
    ["camel_case_to_snake_case('aBigName')", 'a_big_name'],
    ['generate_uuid() | length', 36],
    ["'abc' | regex_search('a(b)')", 'b'],
    ["'abc' | regex_search('x(b)')", ''],
    ["'a1b22' | regex_replace('([0-9]+)', '<\\\\1>')", 'a<1>b<22>'],
    ["'x' | hash", '9dd4e461268c8034f5c8564e155c67a6'],
    ["'x' | hash('sha256', 'salt') | length", 64],
    ["'m' | hmac('k') | length", 64],
    ["'x:y' | base64encode | base64decode", 'x:y'],
    ["'x:y' | base64binascii_decode", 'eDp5'],
  ])('{{ %s }}', (expression, expected) => {
    expect(result(`{{ ${expression} }}`)).toEqual(expected);
  });

  test('that need the time fail without a clock', () => {
    expect(() => interpolatedString('{{ now_utc() }}').evaluate({})).toThrow('there is no clock here');
  });
});
