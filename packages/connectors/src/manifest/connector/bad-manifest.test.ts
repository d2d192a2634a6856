import { expect, test } from 'vitest';
import { parseConfig } from '../../kit/connector-context.ts';
import type { JsonObject } from '../../kit/json.ts';
import { parseJson } from '../decoders/parse-json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { globPattern } from '../records/glob-pattern.ts';
import { manifestWith } from './testing-bad-input.ts';
import { manifestConnector } from './manifest-connector.ts';

const opened = (manifest: string | JsonObject) => manifestConnector({ id: 'trial', manifest });
const withDefinitions = (yaml: string): string =>
  `version: 6.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [a]}\nstreams: []\ndefinitions: ${yaml}\n`;
const fields = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join(', ');
const lines = (line: (index: number) => string): string => Array.from({ length: 3_000 }, (_, at) => line(at)).join('');

test.each([
  ['tabs', 'version:\t6\n\tstreams: []', /Tabs are not allowed.*line 2/],
  ['a key twice', withDefinitions('{a: 1, a: 2}'), /key `a` twice.*line 5/],
  ['an alias within itself', withDefinitions('&d {a: *d}'), /alias `\*d` stands within what it means/],
  ['a circle of references', withDefinitions('{a: {b: "#/definitions/c"}, c: "#/definitions/a"}'), /in a circle/],
  ['a reference to nothing', withDefinitions('{a: "#/definitions/b"}'), /there is no `b` at that place/],
  ['F1-13 a manifest of 3 MB', withDefinitions(`{a: "${'x'.repeat(3_000_000)}"}`), /larger than 2 MB/],
  [
    'F1-13 references to a large object',
    withDefinitions(`\n  big: {${fields}}\n  l:\n${lines((at) => `    - {$ref: "#/definitions/big", a: ${at}}\n`)}`),
    /copy more than 500,000 fields/,
  ],
  [
    'F1-13 merge keys of a large object',
    withDefinitions(`\n  big: &b {${fields}}\n  l:\n${lines((at) => `    - {<<: *b, a: ${at}}\n`)}`),
    /copy more than 500,000 fields/,
  ],
])('%s: the manifest is refused, with what to change', (_title, manifest, says) => {
  expect(() => opened(manifest)).toThrow(expect.objectContaining({ reason: 'configuration' }));
  expect(() => opened(manifest)).toThrow(says);
});

test('an unknown component is named with the stream’s place and the one that may be meant', () => {
  expect(() => opened(manifestWith({ transformations: [{ type: 'AddField', fields: [] }] }))).toThrow(
    /streams\[1\]\.transformations\[0\]: there is no component `AddField`; did you mean `AddFields`/,
  );
});

test('F1-13 the name of a component that is 1 MB long is not compared letter by letter, and is cut', () => {
  const bad = { transformations: [{ type: 'x'.repeat(1_000_000), fields: [] }] };
  expect(() => opened(manifestWith(bad))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/^.{50,1500}$/s) as string }),
  );
});

const specified = (property: JsonObject): JsonObject =>
  manifestWith(
    {},
    {
      spec: {
        type: 'Spec',
        connection_specification: { type: 'object', properties: { a: { type: 'string', ...property } } },
      },
    },
  );

test('F1-13 a pattern of the specification cannot hang whoever checks the settings', () => {
  const connector = opened(specified({ pattern: '^(a+)+$' }));
  expect(() => parseConfig(connector, { a: `${'a'.repeat(50_000)}!` })).toThrow(/a: must look like/);
  expect(parseConfig(connector, { a: 'aa' })).toMatchObject({ a: 'aa' });
});

test('F1-13 a description with a million open brackets is plain text all the same', () => {
  const { config } = opened(specified({ description: '<'.repeat(1_000_000) }));
  expect(config).toBeDefined();
});

test('F1-13 a field path with many stars takes time in proportion to the name', () => {
  const glob = globPattern(`${'*a'.repeat(30)}b`);
  expect(glob.test('a'.repeat(50_000))).toBe(false);
  expect(glob.test(`${'a'.repeat(50)}b`)).toBe(true);
});

test('F1-13 a text without end beside a NaN is searched once', () => {
  expect(() => parseJson(`[NaN, "${String.raw`\"`.repeat(1_000_000)}`)).toThrow(SyntaxError);
  expect(parseJson('[NaN, "a \\" NaN"]')).toEqual([null, 'a " NaN']);
});

test('F1-14 a loop that looks into a long list takes its fuel from it', () => {
  const list = Array.from({ length: 100_000 }, (_, index) => index);
  const template = interpolatedString('{% for a in config.l %}{{ -1 in config.l }}{% endfor %}');
  expect(() => template.evaluate({ config: { l: list } })).toThrow(/too much work/);
});
