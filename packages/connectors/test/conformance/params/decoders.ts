import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import type { Json } from '../../../src/kit/json.ts';
import { buildDecoder } from '../../../src/manifest/decoders/build-decoder.ts';
import type { Decoder } from '../../../src/manifest/model/records.ts';
import type { ManifestResponse } from '../../../src/manifest/model/request.ts';
import { pageVariables } from '../../../src/manifest/paginators/page-variables.ts';
import { definition, rigAnswer, rigBuild, rigStream } from '../../../src/manifest/records/records-rig.ts';
import { expectSame } from '../verdict.ts';
import type { ParamJudges } from './param-table.ts';

const decoderOf = (fields: Parameters<typeof definition>[0]): Decoder =>
  buildDecoder(definition(fields), rigBuild(), rigStream());
const decoded = (decoder: Decoder, answer: ManifestResponse): Promise<Json[]> =>
  Array.fromAsync(decoder.decode(answer));

/** Lines of a body that is not there as a whole; tells how far its reader has come. */
function longBody(lines: number): { answer: ManifestResponse; sent(): number } {
  const perChunk = 1_000;
  let sent = 0;
  return {
    sent: () => sent,
    answer: {
      ...rigAnswer(''),
      // oxlint-disable-next-line typescript/require-await -- the interface is that of a body that comes in pieces
      async *stream() {
        for (; sent < lines; sent += perChunk) yield Buffer.from('{"email": "email1@example.com"}\n'.repeat(perChunk));
      },
    },
  };
}

export const decodersJudges: ParamJudges = {
  decoders__test_decoders_memory_usage: {
    // The test of the CDK measures memory; what bounds it is that no more is taken than what is decoded.
    async test_jsonl_decoder_memory_usage({ decoder_yaml_definition: yaml }) {
      const { answer, sent } = longBody(200_000);
      const type = /type:\s*(\w+)/.exec(String(yaml))?.[1] ?? '';
      let [count, ahead] = [0, 0];
      for await (const _ of decoderOf({ type }).decode(answer)) ahead = Math.max(ahead, sent() - (count += 1));
      return expectSame({ count, isBounded: ahead <= 1_000 }, { count: 200_000, isBounded: true });
    },
  },
  decoders__test_json_decoder: {
    async test_json_decoder({ response_body: body, first_element: first }) {
      const [element] = await decoded(decoderOf({ type: 'JsonDecoder' }), rigAnswer(String(body)));
      return expectSame(element, first);
    },
    async test_jsonl_decoder({ response_body: body, expected_json: expected }) {
      return expectSame(await decoded(decoderOf({ type: 'JsonlDecoder' }), rigAnswer(String(body))), expected);
    },
  },
  decoders__test_pagination_decoder_decorator: {
    test_pagination_decoder_decorator({ decoder_class: given, expected }) {
      const streams = (given as { readonly __class__: string }).__class__.startsWith('Streaming');
      const decoder: Decoder = { ...decoderOf({ type: 'JsonDecoder' }), streams };
      const response = rigAnswer({ data: [{ id: 1 }, { id: 2 }] });
      return expectSame(pageVariables(decoder, [])({ response, size: 2, lastRecord: undefined }).response, expected);
    },
  },
  decoders__test_zipfile_decoder: {
    async test_zipfile_decoder_with_single_file_response({ json_data: data }) {
      const decoder = decoderOf({
        type: 'ZipfileDecoder',
        decoder: { type: 'GzipDecoder', decoder: { type: 'JsonDecoder' } },
      });
      const bytes = zipSync({ 'data.json': gzipSync(JSON.stringify(data)) });
      return expectSame(await decoded(decoder, rigAnswer(bytes)), Array.isArray(data) ? data : [data]);
    },
  },
};
