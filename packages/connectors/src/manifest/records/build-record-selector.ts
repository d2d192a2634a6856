import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Decoder, DocumentPart, Extractor, MutableRecord, RecordPlace, RecordSelector } from '../model/records.ts';
import type { SelectedRecords, Transformation } from '../model/records.ts';
import type { ManifestResponse } from '../model/request.ts';
import { buildExtractor } from './build-extractor.ts';
import { buildRecordFilter } from './build-record-filter.ts';
import { rememberBodies } from './decoded-bodies.ts';
import { isMapping } from './is-mapping.ts';
import { isTooDeep } from './is-too-deep.ts';
import { schemaNormalization } from './schema-normalization.ts';

export interface RecordSelectorOptions {
  readonly transformations: readonly Transformation[];
  /** What holds when the definition does not say; the default is `true` with `wants`, else `false`. */
  readonly transformBeforeFiltering?: boolean;
  /** Asked before the record filter: client-side incremental reading. */
  readonly wants?: (record: MutableRecord, place: RecordPlace) => boolean;
}

/** Records that are held at once when an answer is read as it comes. */
const PIECE = 500;

/**
 * Builds a `RecordSelector`: extract, filter, transform (or transform, filter), normalise to the schema. Throws
 * `ConnectorError('invalid_answer')` when a record is no object, or nested too deep.
 */
export function buildRecordSelector(
  definition: Component,
  build: Build,
  stream: StreamContext,
  decoder: Decoder,
  options: RecordSelectorOptions,
): RecordSelector {
  const extractorDefinition = definition['extractor'] as Component;
  const extractor = buildExtractor(extractorDefinition, build, stream);
  const refine = refinement(definition, build, stream, options);
  const { transformations } = options;
  const normalization = schemaNormalization(definition['schema_normalization'], build, stream);
  // What is inside of records stays as it came, unless somebody says that it changes it.
  const sharesBodies = normalization === undefined && !transformations.some(({ changesInside }) => changesInside);
  const copies = sharesBodies && transformations.length > 0;
  const checked = (record: Json | MutableRecord): MutableRecord => {
    if (isMapping(record)) {
      if (!isTooDeep(record)) return record;
      throw new ConnectorError(
        'invalid_answer',
        `Stream "${stream.name}": a record that ${extractorDefinition.type} found is nested in too many levels; ` +
          'ask the source for other fields in the manifest.',
      );
    }
    throw new ConnectorError(
      'invalid_answer',
      `Stream "${stream.name}": a record that ${extractorDefinition.type} found is no object but ${kindOf(record)}; ` +
        'check the field path of the manifest.',
    );
  };
  const { list } = extractor;
  return {
    ...(list && decoder.decodeList && { listPath: list.path }),
    async *select(response, place) {
      const normalize = await normalization?.();
      const take = (record: Json | MutableRecord, piece: Piece): void => {
        const given = checked(record);
        const taken = copies ? { ...given } : given;
        piece.extracted += 1;
        if (!refine(taken, place)) return;
        normalize?.(taken);
        piece.records.push(taken);
      };
      yield* pieces({ response, decoder, extractor, take, sharesBodies });
    },
  };
}

interface Piece {
  readonly records: MutableRecord[];
  extracted: number;
}

interface Reading {
  readonly response: ManifestResponse;
  readonly decoder: Decoder;
  readonly extractor: Extractor;
  readonly take: (record: MutableRecord, piece: Piece) => void;
  readonly sharesBodies: boolean;
}

function pieces(reading: Reading): AsyncIterable<SelectedRecords> | Iterable<SelectedRecords> {
  const { response, decoder, extractor } = reading;
  if (extractor.extractResponse) return inPieces(extractor.extractResponse(response), reading);
  if (response.comesInPieces && extractor.list && decoder.decodeList) {
    return inPieces(listed(response, decoder.decodeList(response, extractor.list.path), extractor), reading);
  }
  const bodies = decoder.decode(response);
  return Symbol.asyncIterator in bodies ? inPieces(extracted(bodies, extractor), reading) : atOnce(bodies, reading);
}

function* atOnce(
  bodies: Iterable<Json>,
  { response, extractor, take, sharesBodies }: Reading,
): Generator<SelectedRecords> {
  const piece: Piece = { records: [], extracted: 0 };
  const all = [...bodies];
  if (sharesBodies) rememberBodies(response, all);
  for (const body of all) for (const record of extractor.extract(body)) take(record, piece);
  yield piece;
}

async function* inPieces(records: AsyncIterable<MutableRecord>, { take }: Reading): AsyncGenerator<SelectedRecords> {
  let piece: Piece = { records: [], extracted: 0 };
  for await (const record of records) {
    take(record, piece);
    if (piece.extracted < PIECE) continue;
    yield piece;
    piece = { records: [], extracted: 0 };
  }
  yield piece;
}

/** The records of an answer that comes in pieces; its body for pagination is the one without them. */
async function* listed(
  response: ManifestResponse,
  parts: AsyncIterable<DocumentPart>,
  { list, extract }: Extractor,
): AsyncGenerator<MutableRecord> {
  for await (const part of parts) {
    if (part.type === 'element') yield* list?.recordsOf(part.element) ?? [];
    else if (part.type === 'body') yield* extract(part.body);
    else rememberBodies(response, [part.body]);
  }
}

async function* extracted(bodies: AsyncIterable<Json>, extractor: Extractor): AsyncGenerator<MutableRecord> {
  for await (const body of bodies) yield* extractor.extract(body);
}

/** Filters and transforms a record, in the order that is wanted; `false` when it is not kept. */
function refinement(
  definition: Component,
  build: Build,
  stream: StreamContext,
  { transformations, transformBeforeFiltering, wants }: RecordSelectorOptions,
): (record: MutableRecord, place: RecordPlace) => boolean {
  const { record_filter: filterDefinition, transform_before_filtering: given } = definition;
  const filter = filterDefinition && buildRecordFilter(filterDefinition as Component, build, stream);
  const keeps = (record: MutableRecord, place: RecordPlace): boolean =>
    (!wants || wants(record, place)) && (!filter || filter.keeps(record, place));
  const transform = (record: MutableRecord, place: RecordPlace): void => {
    for (const transformation of transformations) transformation.transform(record, place);
  };
  const transformsFirst = typeof given === 'boolean' ? given : (transformBeforeFiltering ?? wants !== undefined);
  return (record, place) => {
    if (transformsFirst) transform(record, place);
    if (!keeps(record, place)) return false;
    if (!transformsFirst) transform(record, place);
    return true;
  };
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
};
