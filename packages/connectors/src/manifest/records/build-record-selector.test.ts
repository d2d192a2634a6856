import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import { buildDecoder } from '../decoders/build-decoder.ts';
import type { MutableRecord, SelectedRecords, Transformation } from '../model/records.ts';
import type { ManifestResponse } from '../model/request.ts';
import { buildTransformation } from '../transformations/build-transformation.ts';
import { buildRecordSelector } from './build-record-selector.ts';
import type { RecordSelectorOptions } from './build-record-selector.ts';
import { plainText } from './plain-text.ts';
import { definition, rigAnswer, rigBuild, rigPlace, rigStream } from './records-rig.ts';
import type { RigOptions } from './records-rig.ts';

interface Case extends Partial<RecordSelectorOptions>, RigOptions {
  readonly selector?: Record<string, unknown>;
  readonly decoder?: string;
  readonly schema?: JsonObject;
}

async function selected(answer: ManifestResponse, given: Case = {}): Promise<SelectedRecords[]> {
  const [build, stream] = [rigBuild(given), rigStream(given.schema)];
  const extractor = { type: 'DpathExtractor', field_path: ['items'] };
  const selector = buildRecordSelector(
    definition({ type: 'RecordSelector', extractor, ...given.selector }),
    build,
    stream,
    buildDecoder(given.decoder === undefined ? undefined : definition({ type: given.decoder }), build, stream),
    { transformations: [], ...given },
  );
  return Array.fromAsync(selector.select(answer, rigPlace));
}

const items = (...records: Json[]): ManifestResponse => rigAnswer({ items: records });
const addDouble: Transformation = { transform: (record) => void (record['double'] = Number(record['id']) * 2) };
const filtered = (condition: string) => ({ record_filter: { type: 'RecordFilter', condition } });

describe('a record selector', () => {
  it('gives the records of an answer in one piece, and counts them before filters', async () => {
    const selector = filtered("{{ record['id'] > 1 }}");
    expect(await selected(items({ id: 1 }, { id: 2 }), { selector })).toEqual([{ records: [{ id: 2 }], extracted: 2 }]);
    expect(await selected(rigAnswer(''))).toEqual([{ records: [], extracted: 0 }]);
  });

  it('filters first and transforms what is kept, unless it is told otherwise', async () => {
    const transformations = [addDouble];
    const byDouble = filtered("{{ record.get('double', 0) > 2 }}");
    expect(await selected(items({ id: 1 }, { id: 2 }), { selector: byDouble, transformations })).toEqual([
      { records: [], extracted: 2 },
    ]);
    const selector = { ...byDouble, transform_before_filtering: true };
    const [after] = await selected(items({ id: 1 }, { id: 2 }), { selector, transformations });
    expect(after?.records).toEqual([{ id: 2, double: 4 }]);
  });

  it('asks the cursor after the transformations, when the manifest does not say another order', async () => {
    const wants = (record: MutableRecord): boolean => record['double'] === 4;
    const options = { transformations: [addDouble], wants };
    expect((await selected(items({ id: 1 }, { id: 2 }), options))[0]?.records).toEqual([{ id: 2, double: 4 }]);
    const selector = { transform_before_filtering: false };
    expect((await selected(items({ id: 2 }), { ...options, selector }))[0]?.records).toEqual([]);
  });

  it('casts to the schema at the end', async () => {
    const schema = { properties: { id: { type: ['null', 'string'] }, double: { type: 'number' } } };
    const given = { selector: { schema_normalization: 'Default' }, schema, transformations: [addDouble] };
    expect((await selected(items({ id: 7 }), given))[0]?.records).toEqual([{ id: '7', double: 14 }]);
  });

  it('refuses records that are no objects, by the name of the stream', async () => {
    const failed = {
      reason: 'invalid_answer',
      message: expect.stringMatching(/"orders".*DpathExtractor.*a string/) as unknown,
    };
    await expect(selected(items({ id: 1 }, 'oops'))).rejects.toMatchObject(failed);
    await expect(selected(rigAnswer({ items: [null] }))).rejects.toThrow(/null/);
  });

  it('gives pieces of bounded size when the body comes as it is read', async () => {
    const body = Array.from({ length: 1_100 }, (_, id) => JSON.stringify({ items: [{ id }] })).join('\n');
    const pieces = await selected(rigAnswer(body, { chunkBytes: 999 }), { decoder: 'JsonlDecoder' });
    expect(pieces.map(({ extracted }) => extracted)).toEqual([500, 500, 100]);
    expect(pieces.flatMap(({ records }) => records).at(-1)).toEqual({ id: 1_099 });
  });

  it('takes ports of custom parts, and names those that are missing', async () => {
    const selector = {
      extractor: { type: 'CustomRecordExtractor', class_name: 'source_x.Rows', fields: ['a', 'b'] },
      record_filter: { type: 'CustomRecordFilter', class_name: 'source_x.Odd' },
      schema_normalization: { type: 'CustomSchemaNormalization', class_name: 'source_x.Shout' },
    };
    const custom: RigOptions['custom'] = {
      'source_x.Rows': ({ fields }) => ({
        extract: (rows: Json) =>
          (rows as Json[][]).map((row) =>
            Object.fromEntries(row.map((cell, at) => [plainText((fields as Json[])[at]), cell])),
          ),
      }),
      'source_x.Odd': () => ({ keeps: (record: MutableRecord) => Number(record['a']) % 2 === 1 }),
      'source_x.Shout': () => ({
        normalize: (record: MutableRecord) => void (record['b'] = plainText(record['b']).toUpperCase()),
      }),
    };
    expect(
      await selected(
        rigAnswer([
          [
            [1, 'x'],
            [2, 'y'],
          ],
          [[3, 'z']],
        ]),
        { selector, custom },
      ),
    ).toEqual([
      {
        records: [
          { a: 1, b: 'X' },
          { a: 3, b: 'Z' },
        ],
        extracted: 3,
      },
    ]);
    await expect(selected(items(), { selector })).rejects.toThrow(/"orders" needs the Python class source_x\.Rows/);
  });

  it('sees slice, token, configuration and parameters in a filter', async () => {
    const build = rigBuild({ config: { least: 2 } });
    const selector = buildRecordSelector(
      definition({
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ["{{ config['field'] or 'items' }}"] },
        record_filter: {
          type: 'RecordFilter',
          condition:
            "{{ record.id >= config.least and record.id < stream_slice['end'] and next_page_token['next_page_token'] == parameters.t }}",
          $parameters: { t: 'abc' },
        },
      }),
      build,
      rigStream(),
      buildDecoder(undefined, build, rigStream()),
      { transformations: [buildTransformation(definition({ type: 'KeysToLower' }), build, rigStream())] },
    );
    const place = {
      slice: { partition: {}, cursorSlice: { end: 4 }, extraFields: {} },
      token: { next_page_token: 'abc' },
    };
    const [piece] = await Array.fromAsync(
      selector.select(items({ id: 1 }, { id: 2 }, { id: 3, X: 1 }, { id: 4 }), place),
    );
    expect(piece?.records).toEqual([{ id: 2 }, { id: 3, x: 1 }]);
  });
});

describe('ResponseToFileExtractor', () => {
  const extractor = { type: 'ResponseToFileExtractor' };

  it('gives the rows of a CSV file, gzipped or not, with nulls for what is missing', async () => {
    const { gzipSync } = await import('node:zlib');
    const body = 'id,name,score\n1,"a\0b",NA\n2,,n/a\n3,NULL\n';
    const rows = [
      { id: '1', name: 'ab', score: null },
      { id: '2', name: null, score: null },
      { id: '3', name: null, score: null },
    ];
    for (const answer of [rigAnswer(body, { chunkBytes: 3 }), rigAnswer(gzipSync(body), { chunkBytes: 3 })]) {
      expect((await selected(answer, { selector: { extractor } }))[0]?.records).toEqual(rows);
    }
  });

  it('keeps words for missing values when it is told to, and knows the charset of the answer', async () => {
    const selector = { extractor: { ...extractor, preserve_na_values: true } };
    const answer = rigAnswer(Buffer.from('id,name\nNA,Zoë\n', 'latin1'), {
      headers: { 'content-type': 'text/csv; charset=ISO-8859-1' },
    });
    expect((await selected(answer, { selector }))[0]?.records).toEqual([{ id: 'NA', name: 'Zoë' }]);
  });

  it('refuses rows that are longer than the header', async () => {
    await expect(selected(rigAnswer('a,b\n1,2,3\n'), { selector: { extractor } })).rejects.toThrow(
      /3 cells and the header 2/,
    );
  });

  it('gives the records of a packed document in pieces, before the whole of it is unpacked', async () => {
    const rows = Array.from({ length: 1_200 }, (_, id) => ({ id }));
    const packed = gzipSync(JSON.stringify({ meta: {}, items: rows }));
    const answer = { ...rigAnswer(packed, { chunkBytes: 100 }), comesInPieces: true as const };
    const [build, stream] = [rigBuild(), rigStream()];
    const selector = buildRecordSelector(
      definition({ type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['items'] } }),
      build,
      stream,
      buildDecoder(definition({ type: 'GzipDecoder', decoder: { type: 'JsonDecoder' } }), build, stream),
      { transformations: [] },
    );
    const pieces = await Array.fromAsync(selector.select(answer, rigPlace));
    expect(pieces.map(({ extracted }) => extracted)).toEqual([500, 500, 200]);
    expect(pieces.flatMap(({ records }) => records)).toEqual(rows);
  });
});
