import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import { interpolatedString, interpolatedText } from './interpolated.ts';
import { macroClock } from './macro-clock.ts';

class Host {
  readonly secret = 'host secret';
  reveal(): string {
    return this.secret;
  }
}

const context = {
  ...macroClock({ now: () => 0 }),
  config: { a: 'x', list: [1, 2], nested: { b: 1 } },
  host: new Host(),
  act: () => 'host secret',
  record: JSON.parse('{"__proto__": {"polluted": true}, "constructor": "own"}') as Record<string, unknown>,
};

const evaluate = (source: string): unknown => interpolatedText(source).evaluate(context);

describe('F1-14 nothing of the host is reached', () => {
  test.each([
    "{{ ''.__class__.__mro__ }}",
    '{{ config.__class__ }}',
    "{{ config['__class__'] }}",
    '{{ config.__proto__ }}',
    "{{ config['__proto__'] }}",
    "{{ ''.constructor.constructor('return process')() }}",
    "{{ config.constructor('x') }}",
    "{{ config.list.map.constructor('return 1')() }}",
    "{{ config | attr('__init__') }}",
    '{{ act() }}',
    '{{ host.reveal() }}',
    '{{ process.env }}',
    '{{ globalThis }}',
    '{{ self.__init__ }}',
    '{{ range(10) }}',
    '{{ lipsum }}',
    "{{ [config] | map(attribute='__proto__') | list }}",
    "{{ '{0.__class__}'.format(config) }}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
  ])('%s throws or gives the text of the template', (source) => {
    let shown: unknown = source;
    try {
      shown = evaluate(source);
    } catch (error) {
      expect(error).toBeInstanceOf(ConnectorError);
    }
    expect(shown).toBe(source);
  });

  test.each(['toString', 'constructor', 'hasOwnProperty', 'valueOf', 'prototype', 'length', 'at', 'push'])(
    'an inherited member of JSON is undefined: %s',
    (name) => {
      for (const of of ['config', 'config.list', 'config.a', '1'])
        expect(evaluate(`{{ (${of}).${name} is defined }}`)).toBe('False');
    },
  );

  test('members that JSON has itself are read whatever they are called, and change nothing', () => {
    expect(evaluate('{{ record.constructor }}')).toBe('own');
    expect(evaluate("{{ record['__proto__'] }}")).toBe("{'polluted': True}");
    const copied = interpolatedString('{{ record }}').evaluate(context) as object;
    expect(Object.hasOwn(copied, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
  });

  test('objects of the host show nothing, and their members are undefined', () => {
    expect(evaluate('{{ host }}{{ act }}')).toBe('<object><object>');
    expect(evaluate('{{ host.secret }}')).toBe('');
  });

  test('a message names the template and never a value of the context', () => {
    const source = "{{ config.token | int(base=99) ~ [config.token] | sum ~ config.token | regex_search('(') }}";
    const secret = { config: { token: 'hunter2' } };
    for (const one of [
      source,
      "{{ config.token | regex_search('(') }}",
      '{{ {}[config.token].x.y }}',
      '{{ config.token.index("z") }}',
    ]) {
      try {
        interpolatedText(one).evaluate(secret);
      } catch (error) {
        expect((error as Error).message).not.toContain('hunter2');
      }
    }
  });
});

describe('F1-14 no template takes more than its share', () => {
  test.each(
    [
      "{{ 'a' * 10**9 }}",
      '{{ [1] * 10**9 }}',
      '{{ (1,) * 10**9 }}',
      '{{ 9 ** 99999 }}',
      '{{ 10 ** 100000 }}',
      "{{ '%999999999d' % 1 }}",
      "{{ '{:>999999999}'.format(1) }}",
      "{{ 'a'.center(10**9) }}",
      "{{ 'a'.zfill(10**9) }}",
      "{{ 'a' | center(10**9) }}",
      "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
      "{{ ('a' * 100000) | replace('', 'b' * 1000) }}",
      "{{ ('a,' * 100000).split(',') | join('b' * 1000) }}",
      "{{ ('\\n' * 100000) | indent(1000) }}",
      '{% for a in [0] * 1000 %}{% for b in [0] * 1000 %}{% for c in [0] * 1000 %}{% endfor %}{% endfor %}{% endfor %}',
      "{% for a in [0] * 10000 %}{{ 'a' * 10000 }}{% endfor %}",
      "{% set ns = namespace(s='a') %}{% for a in [0] * 1000 %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | length }}",
      '{% set ns = namespace(s=[1]) %}{% for a in [0] * 1000 %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}',
      '{% set x = [1] %}{% for a in [0] * 1000 %}{% set _ = x.extend(x) %}{% endfor %}{{ x | length }}',
      `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
      `{{ ${'['.repeat(5000)} }}`,
      `{{ ${'not '.repeat(5000)}1 }}`,
      `{{ ${'-'.repeat(5000)}1 }}`,
      `{{ 1${' + 1'.repeat(5000)} }}`,
      `{{ config${'.a'.repeat(5000)} }}`,
      `{{ 1${' if 1 else 1'.repeat(5000)} }}`,
      '{% if 1 %}'.repeat(5000) + '{% endif %}'.repeat(5000),
      `${'x'.repeat(300_000)}{{ 1 }}`,
      "{{ 'a' | regex_search('(' ~ 'a' * 5000 ~ ')') }}",
      "{{ ('a' * 100000) | regex_search('(a)') }}",
      "{{ 'a' | regex_search('(?=a)') }}",
      "{{ 'aa' | regex_search('(a)\\\\1') }}",
    ].map((source) => [source.slice(0, 70), source] as const),
  )('%s is refused', (_, source) => {
    expect(() => evaluate(source)).toThrow(ConnectorError);
  });

  test('a pattern that would hang a backtracking engine is answered', () => {
    expect(evaluate("{{ ('a' * 5000) | regex_search('^(a+)+$') | length }}")).toBe('5000');
    expect(evaluate("{{ ('a' * 5000 ~ 'b') | regex_search('^(a+)+$') }}")).toBe('');
    expect(evaluate("{{ ('a' * 5000 ~ 'b') | regex_replace('(a|a)*$', '') | length }}")).toBe('5001');
  });

  test('a text that reads as a deep literal stays a text', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    expect(interpolatedString('{{ t }}').evaluate({ t: deep })).toBe(deep);
  });

  test('a large value of the context goes through untouched', () => {
    const large = 'x'.repeat(10_000_000);
    expect(interpolatedString("{{ record['body'] }}").evaluate({ record: { body: large } })).toBe(large);
  });

  test('a value that contains itself is refused', () => {
    const ring: unknown[] = [];
    ring.push(ring);
    expect(() => interpolatedString('{{ ring }}').evaluate({ ring })).toThrow(ConnectorError);
  });
});

const PIECES = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  ' ',
  'config',
  '.',
  'a',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  ',',
  ':',
  '|',
  '~',
  '+',
  '-',
  '*',
  '**',
  '/',
  '//',
  '%',
  '==',
  '<',
  ' in ',
  ' not ',
  ' and ',
  ' or ',
  ' if ',
  ' else ',
  ' is ',
  'defined',
  'none',
  'for x',
  'endfor',
  'endif',
  'set x',
  '=',
  'x',
  '1',
  '0',
  '2.5',
  "'s'",
  '""',
  '10**9',
  'join',
  'map',
  'list',
  'length',
  'string',
  'int',
  'default',
  'now_utc()',
  '.strftime',
  "'%Y'",
  'duration',
  "'P1D'",
  '__class__',
  'constructor',
  '\n',
  'true',
  'host',
  '.get',
  '.update',
  '.append',
  'raw',
  'endraw',
  'regex_search',
  "'(a+)+$'",
  'sort',
  'groupby',
  'range',
  'dict',
  'namespace',
  'tojson',
  '.format',
  '*config',
  'loop',
];
const EXPRESSION = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
const TEMPLATE = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((parts) => parts.join('')),
  EXPRESSION.map((inner) => `{{ ${inner} }}`),
  fc.array(EXPRESSION, { maxLength: 4 }).map((inner) => inner.map((one) => `{{ ${one} }}`).join(' ')),
  fc.string({ unit: 'binary' }).map((inner) => `{{ ${inner} }}`),
);

test('F1-14 any template either evaluates or throws ConnectorError, and shows no value of the host', () => {
  fc.assert(
    fc.property(TEMPLATE, (source) => {
      try {
        const shown = JSON.stringify(interpolatedString(source).evaluate(context)) ?? '';
        expect(shown).not.toMatch(/host secret|native code|function \(/);
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectorError);
      }
    }),
    { numRuns: 3000 },
  );
  expect(context.config).toEqual({ a: 'x', list: [1, 2], nested: { b: 1 } });
  expect('polluted' in {}).toBe(false);
});
