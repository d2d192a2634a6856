import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import { compileTemplate } from './compile-template.ts';
import { interpolatedString } from './interpolated.ts';
import { LIMITS } from './limits.ts';
import { patternSize } from './pattern-size.ts';
import { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** Steps that an evaluation takes; all of them when it does not end with fewer. */
function stepsOf(source: string, context: Record<string, unknown>): number {
  const run = new Run(context);
  const template = compileTemplate(source);
  try {
    template.render(run);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    if (error.message === 'the template does too much work') return LIMITS.steps;
  }
  return LIMITS.steps - run.left;
}

const TEXT_WORK = [
  't | upper',
  't | title',
  't.title()',
  't.swapcase()',
  't.casefold()',
  't | trim',
  "t | trim('xy')",
  't | striptags',
  "t | replace('b', 'c')",
  "t.replace('b', 'c')",
  "t | replace('', '') | length",
  't | indent',
  't | wordwrap',
  't | wordcount',
  't | urlencode',
  't | escape',
  't | tojson',
  '[t] | string',
  '[t] ~ 1',
  "t | hash('sha3_512')",
  "t | hmac('key')",
  "'a' | hmac(t)",
  "'a' | hash('md5', t)",
  't | base64encode',
  't | base64decode',
  't | int',
  't | float',
  't | int(base=16)',
  't.isdigit()',
  't.isalpha()',
  't.isupper()',
  't.istitle()',
  't is lower',
  't is upper',
  't.split()',
  "t.split('b')",
  't.splitlines()',
  "t.count('b')",
  "t.find('b')",
  "t.rfind('b')",
  "t.partition('b')",
  "'b' in t",
  't | length',
  't ~ 1',
  't + t',
  't % 1',
  't.format()',
  "t | regex_search('b')",
  "t | regex_replace('b', 'c')",
  'sanitize_url(t)',
  'camel_case_to_snake_case(t)',
  'duration(t)',
  'str_to_datetime(t)',
  "format_datetime(t, '%Y')",
  "format_datetime('2024-01-01', t)",
  "format_datetime(t, '%Y', '%s')",
  '{t: 1}',
  '{}.get(t)',
  "{'a': 1}[t]",
  't in {}',
  '[t] | unique',
  '[t, t] | sort',
  "[t] | map('trim') | list",
  "[t] | select('lower') | list",
  '[1] | map(attribute=t) | list',
];

describe('F1-14 work on a text is paid for by its length', () => {
  test.each(TEXT_WORK)('{{ %s }}', (expression) => {
    const steps = (length: number): number => stepsOf(`{{ ${expression} }}`, { t: 'a'.repeat(length) });
    const [short, long] = [steps(16_000), steps(64_000)];
    expect(long - short).toBeGreaterThanOrEqual(48_000 / 256);
    expect(long).toBeGreaterThan(2 * short);
  });

  test.each(["t | replace(p, '')", 't.split(p)', 't.count(p)', 't.rfind(p)', 't.partition(p)', 'p in t'])(
    'looking for a part is paid for by the lengths of both: {{ %s }}',
    (expression) => {
      const t = 'a'.repeat(10_000);
      const steps = (length: number): number => stepsOf(`{{ ${expression} }}`, { t, p: `${'a'.repeat(length)}b` });
      expect(steps(99)).toBeGreaterThanOrEqual((10_000 * 100) / LIMITS.textPerStep);
      expect(steps(5_000)).toBe(LIMITS.steps);
    },
  );
});

describe('F1-14 work on lists and mappings is paid for by their members', () => {
  test.each([
    'l | join',
    'l | string',
    'l | tojson',
    'l | sort',
    'l.sort()',
    "l | groupby('x')",
    'l | unique',
    'l | sum',
    'l | max',
    'max(l)',
    'l == (l + [])',
    '77 in l',
    "l | map('string') | list",
    "l | select('odd') | list",
    'l[::2]',
    'd | length',
    'd | tojson',
    'd | string',
    'd.items()',
    'd.popitem()',
    'dict(d)',
    'd == dict(d)',
    'd and 1',
    "[d] | map('default', 1, true) | list",
    '[d] | select | list',
    'd | dictsort',
    "'' if d else 1",
  ])('{{ %s }}', (expression) => {
    const steps = (size: number): number => {
      const l = Array.from({ length: size }, (_, index) => index * 0.5 + 100);
      const d = Object.fromEntries(l.map((value) => [`k${value}`, value]));
      return stepsOf(`{{ ${expression} }}`, { l, d });
    };
    const [short, long] = [steps(1_000), steps(3_000)];
    expect(long - short).toBeGreaterThanOrEqual(2_000 / 4);
    expect(long).toBeGreaterThan(2 * short);
  });

  test('sorting is paid for by its comparisons', () => {
    const l = Array.from({ length: 4_000 }, (_, index) => (index * 7919) % 4_001);
    expect(stepsOf('{{ l | sort | length }}', { l })).toBeGreaterThan(4_000 * 10);
  });

  test('what a loop leaves out is paid for', () => {
    const source = '{% for x in l if x == 1 %}{% endfor %}';
    expect(stepsOf(source, { l: Array<number>(2_000).fill(0) })).toBeGreaterThan(2_000 * 10);
  });

  test('a value that stands in itself many times over is refused, however it is used', () => {
    const grown = (use: string): string =>
      `{% set ns = namespace(t=(1, 1)) %}{% for x in [1] * 60 %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}{{ ${use} }}`;
    for (const use of ['ns.t', 'ns.t | tojson', '{ns.t: 1}', '[ns.t] | unique', 'ns.t | string'])
      expect(() => interpolatedString(grown(use)).evaluate({})).toThrow(ConnectorError);
  });
});

describe('F1-14 regular expressions are paid for by pattern and text', () => {
  const a = 'a'.repeat(60_000);

  test.each([
    'a*c|a',
    '(a|b)*c|a',
    '(?:a?){100}a{100}',
    '\\\\w{1000}\\\\pL{1000}\\\\pN{1000}',
    '((a{1,100}){1,10}b)|a',
  ])('%s over a long text takes all there is', (pattern) => {
    expect(stepsOf(`{{ t | regex_replace('${pattern}', 'x') | length }}`, { t: a })).toBe(LIMITS.steps);
  });

  test.each(['\\\\pL{1000}', 'a{1000}', '(?:(?:a{1,31}){1,31})', '(?:a?){1000}'])(
    '%s is refused many times over, before it is compiled',
    (part) => {
      expect(stepsOf(`{{ 'a' | regex_search('${part.repeat(40)}') }}`, {})).toBe(LIMITS.steps);
    },
  );

  test('usual ones take little of it', () => {
    const url = 'https://api.example.com/v1/items?$skiptoken=abc&page=12&per_page=100';
    expect(stepsOf(`{{ url | regex_search('skiptoken=([^&]+)') }}`, { url })).toBeLessThan(LIMITS.steps / 100);
    const body = 'Some words of a text, as people write them. '.repeat(100);
    expect(stepsOf(`{{ t | regex_replace('[^a-zA-Z ]', '') }}`, { t: body })).toBeLessThan(LIMITS.steps / 2);
  });

  test.each([
    ['abc', 3],
    ['a{10}', 19],
    ['(?:ab){10}', 10 * 4 * 2],
    ['[^]a-z]+', 2],
    ['\\{3}', 4],
  ])('%s has about %i parts', (pattern, size) => {
    expect(Math.abs(patternSize(pattern) - size)).toBeLessThan(size);
  });
});

test('F1-14 reading a result as a literal is paid for; one that takes more than there is stays its text', () => {
  const text = `[${'1,'.repeat(500_000)}]`;
  expect(interpolatedString('{{ t }}').evaluate({ t: text })).toBe(text);
  expect(interpolatedString('{{ t }}').evaluate({ t: '[1, 2]' })).toEqual([1, 2]);
});

test('F1-14 whatever is done in a row, an evaluation takes no more steps than there are', () => {
  const filters = [
    'upper',
    'trim',
    'list',
    'join',
    "replace('a', 'bb')",
    'string',
    'tojson',
    'unique',
    'sort',
    'length',
  ];
  const context = { t: 'ab '.repeat(100_000), l: Array<string>(50_000).fill('x'), d: { a: { b: [1, 2, 3] } } };
  fc.assert(
    fc.property(
      fc.constantFrom('t', 'l', 'd'),
      fc.array(fc.constantFrom(...filters), { maxLength: 6 }),
      (of, chain) => {
        const source = `{{ ${[of, ...chain].join(' | ')} }}`;
        try {
          interpolatedString(source).evaluate(context);
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectorError);
        }
        expect(stepsOf(source, context)).toBeLessThanOrEqual(LIMITS.steps);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  "{{ record['id'] }}",
  "{{ record.get('updated_at') or record['created_at'] }}",
  "{{ format_datetime(record.updated_at, '%Y-%m-%dT%H:%M:%SZ') }}",
  "{{ record.name | lower | replace(' ', '_') | truncate(100) }}",
  "{% for tag in record.tags %}{{ tag.name }}{{ ', ' if not loop.last }}{% endfor %}",
  "{{ (record.tags | map(attribute='name') | join(',')) ~ '-' ~ record.id }}",
])('what manifests do for each record takes a hundredth of the steps: %s', (source) => {
  const tags = Array.from({ length: 20 }, (_, index) => ({ name: `tag ${index}` }));
  const record = { id: 7, name: 'A name of usual length', updated_at: '2024-01-02T03:04:05Z', tags };
  expect(stepsOf(source, { record })).toBeLessThan(LIMITS.steps / 100);
});
