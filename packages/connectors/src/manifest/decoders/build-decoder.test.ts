import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../kit/json.ts';
import type { ManifestResponse } from '../model/request.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../records/records-rig.ts';
import { buildDecoder } from './build-decoder.ts';

type Definition = Parameters<typeof definition>[0];

async function decoded(component: Definition | undefined, answer: ManifestResponse): Promise<Json[]> {
  const decoder = buildDecoder(component && definition(component), rigBuild({ secret: 'hunter22' }), rigStream());
  return Array.fromAsync(decoder.decode(answer));
}

const gzip = (inner: string) => ({ type: 'GzipDecoder', decoder: { type: inner } });

describe('JsonDecoder', () => {
  it('reads an object as one body and a list as one for each element', async () => {
    expect(await decoded(undefined, rigAnswer({ a: 1 }))).toEqual([{ a: 1 }]);
    expect(await decoded({ type: 'JsonDecoder' }, rigAnswer([{ a: 1 }, { a: 2 }]))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it.each(['', '  \n', '[]', 'null'])('takes %j for one empty object', async (body) => {
    expect(await decoded(undefined, rigAnswer(body))).toEqual([{}]);
  });

  it.each([
    ['<!doctype html><title>Sign in</title>', /JsonDecoder.*no JSON.*begins with: <!doctype html>/],
    ['{"items": [{"id": 1}, {"id"', /cut off/],
    ['"ready"', /lone string/],
    ['17', /lone number/],
  ])('refuses %j', async (body, message) => {
    await expect(decoded(undefined, rigAnswer(body))).rejects.toMatchObject({
      name: 'ConnectorError',
      reason: 'invalid_answer',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('names the stream, and shows no secret of the configuration', async () => {
    const failed = decoded(undefined, rigAnswer('not json: hunter22'));
    await expect(failed).rejects.toThrow('"orders"');
    await expect(failed).rejects.not.toThrow('hunter22');
  });
});

describe('JsonlDecoder', () => {
  it('reads a document a line, whatever the chunks', async () => {
    const records = fc.array(fc.record({ id: fc.integer(), text: fc.string({ unit: 'grapheme' }) }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 40 }), async (values, chunkBytes) => {
        const body = values.map((value) => JSON.stringify(value)).join('\r\n');
        expect(await decoded({ type: 'JsonlDecoder' }, rigAnswer(body, { chunkBytes }))).toEqual(values);
      }),
      { numRuns: 50 },
    );
  });

  it('skips empty lines and refuses a line that is cut off, by its number', async () => {
    expect(await decoded({ type: 'JsonlDecoder' }, rigAnswer('{"a":1}\n\n{"a":2}\n'))).toEqual([{ a: 1 }, { a: 2 }]);
    await expect(decoded({ type: 'JsonlDecoder' }, rigAnswer('{"a":1}\n{"a":'))).rejects.toThrow(/line 2 is no JSON/);
  });

  it('refuses a line of 50 MB before it has it whole', async () => {
    let sent = 0;
    const answer: ManifestResponse = {
      ...rigAnswer(''),
      // oxlint-disable-next-line typescript/require-await -- the interface is that of a body that comes in pieces
      async *stream() {
        const chunk = Buffer.alloc(1024 * 1024, 'x');
        for (; sent < 50; sent += 1) yield chunk;
      },
    };
    await expect(decoded({ type: 'JsonlDecoder' }, answer)).rejects.toThrow(/longer than 32 MB/);
    expect(sent).toBeLessThan(40);
  });
});

describe('IterableDecoder', () => {
  it('wraps each line, empty ones too', async () => {
    expect(await decoded({ type: 'IterableDecoder' }, rigAnswer('a@x.org\n\nb@x.org\n', { chunkBytes: 3 }))).toEqual([
      { record: 'a@x.org' },
      { record: '' },
      { record: 'b@x.org' },
    ]);
  });
});

describe('CsvDecoder', () => {
  it('gives rows by their names, with texts, nulls for missing cells and none for unnamed ones', async () => {
    const body = 'id,note\r\n1,"a ""b"", c\nd"\r\n2\r\n\r\n3,x,unnamed\r\n4,say "hi"\r\n';
    expect(await decoded({ type: 'CsvDecoder' }, rigAnswer(body, { chunkBytes: 2 }))).toEqual([
      { id: '1', note: 'a "b", c\nd' },
      { id: '2', note: null },
      { id: '3', note: 'x' },
      { id: '4', note: 'say "hi"' },
    ]);
  });

  it('knows encodings by their Python names, escaped delimiters, and words that mean nothing', async () => {
    const component = {
      type: 'CsvDecoder',
      encoding: 'latin_1',
      delimiter: String.raw`\t`,
      set_values_to_none: ['', '-'],
    };
    const body = Buffer.from('name\tplace\nJosé\t-\n\tÖlü\n', 'latin1');
    expect(await decoded(component, rigAnswer(body))).toEqual([
      { name: 'José', place: null },
      { name: null, place: 'Ölü' },
    ]);
  });

  it('refuses an unknown encoding, bytes that do not fit it, a web page, and an open quote', async () => {
    const csv = (more: object) => ({ type: 'CsvDecoder', ...more });
    await expect(decoded(csv({ encoding: 'klingon' }), rigAnswer('a\n'))).rejects.toMatchObject({
      reason: 'configuration',
    });
    await expect(decoded(csv({}), rigAnswer(Buffer.from([0x61, 0x0a, 0xff])))).rejects.toThrow(/no utf-8 text/);
    await expect(decoded(csv({}), rigAnswer('\n<HTML><body>', { chunkBytes: 4 }))).rejects.toThrow(/web page/);
    await expect(decoded(csv({}), rigAnswer('a,b\n1,"2\n'))).rejects.toThrow(/inside a quoted cell/);
  });
});

describe('GzipDecoder', () => {
  it('unpacks what is packed, and takes the rest as it is', async () => {
    expect(await decoded(gzip('JsonlDecoder'), rigAnswer(gzipSync('{"a":1}\n{"a":2}'), { chunkBytes: 1 }))).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
    expect(await decoded(gzip('CsvDecoder'), rigAnswer('a\n1\n', { chunkBytes: 1 }))).toEqual([{ a: '1' }]);
    expect(await decoded(gzip('JsonDecoder'), rigAnswer(gzipSync('[{"a":1}]')))).toEqual([{ a: 1 }]);
    expect(
      await decoded({ type: 'GzipDecoder', decoder: gzip('JsonDecoder') }, rigAnswer(gzipSync(gzipSync('{"a":1}')))),
    ).toEqual([{ a: 1 }]);
    expect(await decoded(gzip('CsvDecoder'), rigAnswer(''))).toEqual([]);
  });

  it('refuses an archive that is cut off', async () => {
    const packed = gzipSync(JSON.stringify(Array.from({ length: 1000 }, (_, id) => ({ id }))));
    await expect(decoded(gzip('JsonDecoder'), rigAnswer(packed.subarray(0, -20)))).rejects.toThrow(
      /damaged or cut off/,
    );
    await expect(decoded(gzip('JsonlDecoder'), rigAnswer(packed.subarray(0, 200)))).rejects.toMatchObject({
      reason: 'invalid_answer',
    });
  });
});

describe('ZipfileDecoder', () => {
  const zip = { type: 'ZipfileDecoder', decoder: { type: 'JsonDecoder' } };

  it('reads every file of the archive', async () => {
    const bytes = zipSync({ 'a.json': Buffer.from('{"a":1}'), 'deep/b.json': gzipSync('[{"a":2},{"a":3}]') });
    const component = { type: 'ZipfileDecoder', decoder: gzip('JsonDecoder') };
    expect(await decoded(component, rigAnswer(bytes))).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  it('refuses what is no archive, and files that claim to be huge', async () => {
    await expect(decoded(zip, rigAnswer('PK, but no zip'))).rejects.toThrow(/damaged or cut off/);
    const bytes = Buffer.from(zipSync({ 'a.json': Buffer.from('{"a":1}') }));
    bytes.writeUInt32LE(0x7fffffff, bytes.indexOf('PK\u0001\u0002') + 24);
    await expect(decoded(zip, rigAnswer(bytes))).rejects.toThrow(/larger than 128 MB/);
  });
});

describe('JsonItemsDecoder', () => {
  const items = (path: string) => ({ type: 'JsonItemsDecoder', items_path: path });

  it('gives the elements of the list at the path, whatever the chunks', async () => {
    const body = {
      meta: { users: [0], pages: [[1], [2]] },
      data: { users: [{ id: 1, tags: ['x'] }, { id: 2 }, 'é😀'] },
      more: {},
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (chunkBytes) => {
        expect(await decoded(items('data.users'), rigAnswer(body, { chunkBytes }))).toEqual(body.data.users);
      }),
    );
    expect(await decoded(items(''), rigAnswer([1, 2]))).toEqual([1, 2]);
  });

  it('has no elements when the list is missing or no list', async () => {
    expect(await decoded(items('data.users'), rigAnswer({ data: { users: { a: 1 } } }))).toEqual([]);
    expect(await decoded(items('data.users'), rigAnswer({}))).toEqual([]);
    expect(await decoded(items('data.users'), rigAnswer('\n'))).toEqual([]);
  });

  it('refuses a document that is cut off, and what is no JSON', async () => {
    await expect(decoded(items('a'), rigAnswer('{"a":[{"id":1},'))).rejects.toThrow(/cut off/);
    await expect(decoded(items('a'), rigAnswer('{"a":[{"id":1} x'))).rejects.toThrow(/no JSON/);
    await expect(decoded(items('a'), rigAnswer('{"a":[]}\n\n{"b":1}'))).rejects.toMatchObject({
      reason: 'invalid_answer',
    });
  });
});

it('says which decoders there are not', () => {
  expect(() => buildDecoder(definition({ type: 'TomlDecoder' }), rigBuild(), rigStream())).toThrow(/TomlDecoder/);
  const custom = definition({ type: 'CustomDecoder', class_name: 'source_x.components.Odd' });
  expect(() => buildDecoder(custom, rigBuild(), rigStream())).toThrow(/source_x\.components\.Odd/);
});
