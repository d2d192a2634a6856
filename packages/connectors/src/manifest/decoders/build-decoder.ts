import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Decoder } from '../model/records.ts';
import type { ManifestResponse } from '../model/request.ts';
import { customPart } from '../model/custom-part.ts';
import { buildBodyParser } from './build-body-parser.ts';
import type { BodyParser } from './body-parser.ts';
import { gunzipped } from './gunzipped.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { jsonListParts } from './json-list-parts.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { decoderOf, refuseWebPage } from './text-chunks.ts';
import { parseXmlBody } from './xml-body.ts';
import { zipEntries } from './zip-entries.ts';

/**
 * Builds the decoder of a definition; without one it reads JSON. Unlike the CDK, which takes an unreadable body for an empty one,
 * its decoders throw `ConnectorError('invalid_answer')`: records that are silently missing help nobody. Throws
 * `ConnectorError('configuration')` for a type that is none.
 */
export function buildDecoder(definition: Component | undefined, build: Build, stream: StreamContext): Decoder {
  const type = definition?.type ?? 'JsonDecoder';
  const origin: BodyOrigin = { part: type, stream: stream.name, shown: (text) => build.shown(text) };
  switch (type) {
    case 'JsonDecoder':
      return {
        streams: false,
        decode: (response) => parseJsonBody(response.text(), origin),
        decodeList: (response, path) => jsonListParts(response, path, origin),
      };
    case 'XmlDecoder':
      return xmlDecoder(origin);
    case 'ZipfileDecoder':
      return zipDecoder(buildBodyParser(definition?.['decoder'] as Component | undefined, origin), origin);
    case 'CustomDecoder':
      return customPart<Decoder>(definition as Component, build, stream);
    default:
      return streamingDecoder(definition, origin);
  }
}

/** The text of an XML answer: without a charset of HTTP it is in the encoding that the document names (XML 1.0, 4.3.3). */
function xmlOf(response: ManifestResponse, origin: BodyOrigin): string {
  if (/charset=/i.test(response.headers['content-type'] ?? '')) return response.text();
  const head = Buffer.from(response.bytes().subarray(0, 200)).toString('latin1');
  const encoding = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1];
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return response.text();
  try {
    return decoderOf(encoding, origin).decode(response.bytes());
  } catch (error) {
    throw error instanceof ConnectorError ? error : invalidBody(origin, `its bytes are no ${encoding} text`);
  }
}

const xmlDecoder = (origin: BodyOrigin): Decoder => ({
  streams: false,
  decode(response) {
    const text = xmlOf(response, origin);
    if (text.trim() === '') return [{}];
    refuseWebPage(text, origin);
    return [parseXmlBody(text, origin)];
  },
});

function streamingDecoder(definition: Component | undefined, origin: BodyOrigin): Decoder {
  const parse = buildBodyParser(definition, origin);
  const unpack = unpackJson(definition, origin);
  return {
    streams: true,
    decode: (response) => parse(response.stream()),
    ...(unpack && {
      decodeList: (response, path) =>
        jsonListParts({ ...response, stream: () => unpack(response.stream()) }, path, origin),
    }),
  };
}

type Unpack = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Unpacks a JSON document that was packed with gzip, once or several times; `undefined` when it is none. */
function unpackJson(definition: Component | undefined, origin: BodyOrigin): Unpack | undefined {
  if ((definition?.type ?? 'JsonDecoder') === 'JsonDecoder') return (chunks) => chunks;
  if (definition?.type !== 'GzipDecoder') return undefined;
  const inner = unpackJson(definition['decoder'] as Component | undefined, origin);
  return inner && ((chunks) => inner(gunzipped(chunks, origin)));
}

const zipDecoder = (parse: BodyParser, origin: BodyOrigin): Decoder => ({
  streams: false,
  async *decode(response): AsyncGenerator<Json> {
    for (const { content } of zipEntries(response.bytes(), origin)) yield* parse(oneChunk(content));
  },
});

// A parser takes bytes as they come; these are all there.
// oxlint-disable-next-line typescript/require-await -- a generator that has nothing to wait for
async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
