import type { JsonObject } from '../../../src/kit/json.ts';
import { buildDecoder } from '../../../src/manifest/decoders/build-decoder.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import type { MutableRecord, RecordPlace } from '../../../src/manifest/model/records.ts';
import type { NextPageToken } from '../../../src/manifest/model/slice.ts';
import { buildDpathExtractor } from '../../../src/manifest/records/dpath-extractor.ts';
import { buildRecordFilter } from '../../../src/manifest/records/build-record-filter.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame } from '../verdict.ts';
import { clientSideFilterJudges } from './client-side-filter.ts';
import { enumMember } from './param-table.ts';
import type { ParamJudge, ParamJudges, ParamRow, Stub } from './param-table.ts';

const DECODERS: Readonly<Record<string, string | undefined>> = { CompositeRawDecoder: 'JsonlDecoder' };
const CONFIG: JsonObject = { field: 'record_array' };
const PARAMETERS: JsonObject = { parameters_field: 'record_array' };

/** What the extractor of a definition makes of a body. */
async function extracted(extractor: Component, decoderType: string, body: unknown): Promise<MutableRecord[]> {
  const build = rigBuild({ config: CONFIG });
  const { extract } = buildDpathExtractor(extractor, build);
  const bytes = (body as { readonly __bytes__?: string }).__bytes__;
  const decoder = buildDecoder(definition({ type: decoderType }), build, rigStream());
  const bodies = await Array.fromAsync(decoder.decode(rigAnswer(bytes ?? JSON.stringify(body))));
  return bodies.flatMap((one) => [...extract(one)]);
}

const expansion: ParamJudge = async (row) => {
  const member = enumMember(row['on_no_records']);
  const extractor = definition({
    type: 'DpathExtractor',
    field_path: row['field_path'],
    record_expander: {
      type: 'RecordExpander',
      expand_records_from_field: row['expand_records_from_field'],
      remain_original_record: row['remain_original_record'] ?? false,
      on_no_records: member?.split('.').at(-1) ?? 'skip',
    },
  });
  return expectSame(await extracted(extractor, 'JsonDecoder', row['body']), row['expected_records']);
};

const extractorJudges: Readonly<Record<string, ParamJudge>> = {
  async test_dpath_extractor(row) {
    const stub = (row['decoder'] as Stub).__stub__;
    const extractor = definition({ type: 'DpathExtractor', field_path: row['field_path'], $parameters: PARAMETERS });
    return expectSame(await extracted(extractor, DECODERS[stub] ?? stub, row['body']), row['expected_records']);
  },
  test_dpath_extractor_with_expansion: expansion,
  test_dpath_extractor_on_no_records: expansion,
};

function recordFilter({ filter_template: condition, records, expected_records: expected }: ParamRow) {
  const parameters = { created_at: '06-07-21' };
  const filter = buildRecordFilter(
    definition({ type: 'RecordFilter', condition, $parameters: parameters }),
    rigBuild({ config: { response_override: 'stop_if_you_see_me' } }),
    rigStream(),
  );
  const place: RecordPlace = {
    slice: { partition: {}, cursorSlice: { last_seen: '06-10-21' }, extraFields: { created_at: '06-07-21' } },
    // The test's token has another field than ours have.
    token: { last_seen_id: 14 } as unknown as NextPageToken,
  };
  return expectSame(
    (records as MutableRecord[]).filter((record) => filter.keeps(record, place)),
    expected,
  );
}

export const recordsJudges: ParamJudges = {
  extractors__test_dpath_extractor: extractorJudges,
  extractors__test_record_filter: { test_record_filter: recordFilter, ...clientSideFilterJudges },
};
