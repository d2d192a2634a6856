import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import type { DocumentPart } from '../model/records.ts';
import { buildDpathExtractor } from '../records/dpath-extractor.ts';
import { definition, rigAnswer, rigBuild } from '../records/records-rig.ts';
import type { RigAnswerOptions } from '../records/records-rig.ts';
import { jsonListParts } from './json-list-parts.ts';
import { parseJsonBody } from './parse-json-body.ts';

const origin = { part: 'JsonDecoder', stream: 'orders', shown: (text: string) => text };

const partsOf = (
  body: Json | Uint8Array,
  path: readonly string[],
  options: RigAnswerOptions = { chunkBytes: 5 },
): Promise<DocumentPart[]> => Array.fromAsync(jsonListParts(rigAnswer(body, options), path, origin));

const element = (value: Json): DocumentPart => ({ type: 'element', element: value });
const body = (value: Json): DocumentPart => ({ type: 'body', body: value });
const rest = (value: Json): DocumentPart => ({ type: 'rest', body: value });

describe('the parts of a JSON document that comes in pieces', () => {
  it('are the elements of the list, then the document without them', async () => {
    const page = { meta: { next: 'a]"{', count: 2 }, data: { rows: [{ id: 1 }, { id: 'é[' }] }, links: [3] };
    expect(await partsOf(page, ['data', 'rows'])).toEqual([
      element({ id: 1 }),
      element({ id: 'é[' }),
      rest({ meta: { next: 'a]"{', count: 2 }, data: { rows: [] }, links: [3] }),
    ]);
  });

  it('are bodies when the document is a list, whose first one is what stands for the answer', async () => {
    expect(await partsOf([{ id: 1 }, { id: 2 }], ['data'])).toEqual([
      body({ id: 1 }),
      body({ id: 2 }),
      rest({ id: 1 }),
    ]);
    expect(await partsOf([], [])).toEqual([rest({})]);
  });

  it.each<[Json, readonly string[]]>([
    [{ data: { id: 1 } }, ['data']],
    [{ other: [1] }, ['data']],
    [{ data: null }, ['data']],
    [{ id: 1, tags: ['a'] }, []],
    [{ data: [{ rows: [1] }] }, ['data', 'rows']],
  ])('are one body when %j has no list at %j', async (page, path) => {
    expect(await partsOf(page, path)).toEqual([body(page), rest(page)]);
  });

  it('are read in the charset that the answer names', async () => {
    const headers = { 'content-type': 'application/json; charset=iso-8859-1' };
    expect(await partsOf(Buffer.from('{"data":["é"]}', 'latin1'), ['data'], { headers, chunkBytes: 1 })).toEqual([
      element('é'),
      rest({ data: [] }),
    ]);
  });

  it('are an empty object for a body of spaces', async () => {
    expect(await partsOf(' \n '.repeat(20), ['data'])).toEqual([body({}), rest({})]);
  });

  it.each([
    ['{"data":[{"id":1},{"id":', /cut off/],
    ['{"data":[{"id":1}]', /cut off/],
    ['{"data":[{"id":1}], nonsense}', /no whole JSON/],
    ['{"data":[{"id":1]}', /no JSON/],
    ['{"data":[1]}{', /no JSON: more text/],
    ['nothing of the kind', /no JSON/],
    ['  <!doctype html><p>Sign in', /web page/],
  ])('say what is wrong with %s', async (text, says) => {
    await expect(partsOf(text, ['data'], { chunkBytes: 100 })).rejects.toThrow(says);
    await expect(partsOf(text, ['data'])).rejects.toMatchObject({ reason: 'invalid_answer' });
  });

  it('end the answer when nobody wants more', async () => {
    for (const wanted of [1, 3]) {
      let isEnded = false;
      const answer = {
        ...rigAnswer({}),
        async *stream() {
          try {
            await Promise.resolve();
            yield Buffer.from('{"data":[1,2');
            yield Buffer.from(',3,4]}');
          } finally {
            isEnded = true;
          }
        },
      };
      const parts = jsonListParts(answer, ['data'], origin);
      for (let count = 0; count < wanted; count += 1) await parts.next();
      await parts.return(undefined);
      expect([wanted, isEnded]).toEqual([wanted, true]);
    }
  });

  it('stand for the same records and the same remainder as the whole document', async () => {
    const field = fc.constantFrom('data', 'rows', 'next', 'x"y');
    const tree: fc.Arbitrary<Json> = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Json>(null, true, 0, -1.5, '', 'a,b]}', 'ü😀\\"'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(field, tie('tree'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
      ),
    })).tree;
    const document = fc.oneof(
      fc.array(tree, { maxLength: 4 }) as fc.Arbitrary<Json>,
      fc.dictionary(field, tree, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
    );
    const check = fc.asyncProperty(
      document,
      fc.array(field, { maxLength: 3 }),
      fc.integer({ min: 1, max: 40 }),
      async (page, path, chunkBytes) => {
        const extractor = buildDpathExtractor(definition({ type: 'DpathExtractor', field_path: path }), rigBuild());
        const text = JSON.stringify(page);
        const whole = parseJsonBody(text, origin);
        const records: unknown[] = [];
        for (const part of await partsOf(text, extractor.list?.path ?? [], { chunkBytes })) {
          if (part.type === 'element') records.push(...(extractor.list?.recordsOf(part.element) ?? []));
          else if (part.type === 'body') records.push(...extractor.extract(part.body));
          else expect(withoutList(part.body, path)).toEqual(withoutList(whole[0] as Json, path));
        }
        expect(records).toEqual(whole.flatMap((one) => [...extractor.extract(one)]));
      },
    );
    await fc.assert(check, { numRuns: 400 });
  });
});

/** A body with `[]` for the list at the path. */
function withoutList(value: Json, [name, ...path]: readonly string[]): Json {
  if (name === undefined) return Array.isArray(value) ? [] : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return value;
  const fields = value as Readonly<Record<string, Json>>;
  return { ...fields, [name]: withoutList(fields[name] ?? null, path) };
}
