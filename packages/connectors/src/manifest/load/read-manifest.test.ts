import { expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { readManifest } from './read-manifest.ts';

test('reads YAML and JSON alike', () => {
  const manifest = { version: '7.0.0', streams: [{ name: 'a', on: true, list: [1, null] }] };
  expect(readManifest('version: 7.0.0\nstreams:\n  - name: a\n    on: yes\n    list: [1, ~]\n')).toEqual(manifest);
  expect(readManifest(JSON.stringify(manifest))).toEqual(manifest);
  expect(readManifest(manifest)).toEqual(manifest);
});

test('takes quoted and tagged texts and blocks as texts', () => {
  const read = readManifest('a: "yes"\nb: !!str 12\nc: |\n  1\nd: !!int "3"\ne:\n');
  expect(read).toEqual({ a: 'yes', b: '12', c: '1\n', d: 3, e: null });
});

test('keeps keys as they are written', () => {
  expect(Object.keys(readManifest('on: 1\n1.0: 2\nyes: 3\nnull: 4\n'))).toEqual(['on', '1.0', 'yes', 'null']);
});

test('shares what aliases mean, and merges maps in their order', () => {
  const read = readManifest('a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: *a\n');
  expect(read).toMatchObject({ c: { x: 1, y: 1, z: 3 }, d: { x: 1, y: 1 } });
  expect(read['d']).toBe(read['a']);
});

test.each([
  ['a duplicate key', 'a: 1\nb: 2\na: 3\n', /`a` twice.*line 3, column 1/],
  ['a tab', 'a:\n\tb: 1\n', /tab.*line 2, column 1/is],
  ['an open bracket', 'a: [1, 2\nb: 3\n', /not YAML.*line/s],
  ['a key that is a list', '[1, 2]: 3\n', /key that is no text at line 1, column 1/],
  ['a tag of another language', 'a: 1\nb: !!python/object:os.system x\n', /tag.*python.*line 2/],
  ['an alias without an anchor', 'a: *nobody\n', /nobody/],
  ['an alias of what it stands in', 'a: &a\n  b: *a\n', /\*a/],
  ['two documents', 'a: 1\n---\nb: 2\n', /more than one YAML document/],
  ['a text', 'hello', /not an object/],
  ['a list', '- a\n', /not an object/],
  ['nothing', '', /not an object/],
  ['a prototype', '__proto__: {polluted: true}\n', /__proto__/],
  ['a merged prototype', 'a: &a {__proto__: {polluted: true}}\nb: {<<: *a}\n', /__proto__/],
])('refuses %s and says where', (_, source, message) => {
  expect(() => readManifest(source)).toThrow(
    expect.objectContaining({ name: 'ConnectorError', reason: 'configuration' }),
  );
  expect(() => readManifest(source)).toThrow(message);
});

test('refuses a prototype in an object as well', () => {
  expect(() => readManifest(JSON.parse('{"a": {"__proto__": {"polluted": true}}}'))).toThrow(/__proto__/);
  expect({}).not.toHaveProperty('polluted');
});

test('refuses aliases that grow beyond measure', () => {
  const lines = Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
  expect(() => readManifest(`a0: &a0 lol\n${lines.join('\n')}\n`)).toThrow(/grows to more than 3,000,000 values/);
});

test('refuses too many aliases', () => {
  expect(() => readManifest(`a: &a 1\nb: [${'*a,'.repeat(LIMITS.aliases + 1)}]\n`)).toThrow(/10000 YAML aliases/);
});

test.each([
  ['lists in one line', '['.repeat(1_000_000)],
  ['maps in one line', '{a: '.repeat(400_000)],
  ['dashes in one line', '- '.repeat(1_000_000)],
  ['question marks in one line', '? '.repeat(1_000_000)],
  ['closed lists', `a: ${'['.repeat(300)}${']'.repeat(300)}`],
  ['maps in lines', Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
])('refuses %s that are nested too deep', (_, source) => {
  expect(() => readManifest(source)).toThrow(/nested in more than 200 levels/);
});

test('refuses an object that is nested too deep or holds itself', () => {
  let deep: { a?: object } = {};
  for (let level = 0; level < 300; level += 1) deep = { a: deep };
  expect(() => readManifest(deep as never)).toThrow(/nested in more than 200 levels/);
  const round: { self?: object } = {};
  round.self = round;
  expect(() => readManifest(round as never)).toThrow(/holds a part of itself/);
});

test('refuses too many pieces of text, of which the parser would take very long to make something', () => {
  expect(() => readManifest(`x: [${'a,'.repeat(600_000)}]`)).toThrow(/more than 450,000 words and signs/);
});

test('reads a map of very many keys, and finds the one that comes twice', () => {
  const map = (count: number): string => Array.from({ length: count }, (_, at) => `k${at}: 1\n`).join('');
  expect(Object.keys(readManifest(map(5_000)))).toHaveLength(5_000);
  expect(() => readManifest(`${map(5_000)}k7: 2\n`)).toThrow(/`k7` twice.*line 5001/);
});

test('refuses what is too large without looking at it', () => {
  expect(() => readManifest(`a: ${'x'.repeat(LIMITS.bytes)}`)).toThrow(/larger than 2 MB/);
});
