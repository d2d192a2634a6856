import { ConnectorError } from '../../kit/connector-error.ts';
import type { Component } from '../model/component.ts';
import type { BodyParser } from './body-parser.ts';
import { gunzipped } from './gunzipped.ts';
import type { BodyOrigin } from './invalid-body.ts';
import { jsonItemsParser } from './json-items-parser.ts';
import { csvParser, iterableParser, jsonDocumentParser, jsonlParser } from './text-parsers.ts';

type Build = (definition: Component, origin: BodyOrigin) => BodyParser;

const PARSERS: Readonly<Record<string, Build | undefined>> = {
  JsonDecoder: (_definition, origin) => jsonDocumentParser(origin),
  JsonlDecoder: (_definition, origin) => jsonlParser(origin),
  IterableDecoder: (_definition, origin) => iterableParser(origin),
  JsonItemsDecoder: jsonItemsParser,
  CsvDecoder: csvParser,
  GzipDecoder(definition, origin) {
    const inner = buildBodyParser(definition['decoder'] as Component | undefined, origin);
    return (chunks) => inner(gunzipped(chunks, origin));
  },
};

/**
 * Builds the parser of a decoder that reads bytes as they come, also inside of an archive. Throws
 * `ConnectorError('configuration')` for a decoder that cannot.
 */
export function buildBodyParser(definition: Component | undefined, outer: Omit<BodyOrigin, 'part'>): BodyParser {
  const type = definition?.type ?? 'JsonDecoder';
  const build = PARSERS[type];
  if (build) return build(definition ?? { type }, { ...outer, part: type });
  throw new ConnectorError(
    'configuration',
    `Stream "${outer.stream}": ${type} is no decoder of bytes as they come, or inside of an archive.`,
  );
}
