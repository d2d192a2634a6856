import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Extractor } from '../model/records.ts';
import { customPart } from '../model/custom-part.ts';
import { buildDpathExtractor } from './dpath-extractor.ts';
import { buildResponseToFileExtractor } from './response-to-file-extractor.ts';

/** Builds the extractor of a definition. Throws `ConnectorError('configuration')` for a type that is none. */
export function buildExtractor(definition: Component, build: Build, stream: StreamContext): Extractor {
  switch (definition.type) {
    case 'DpathExtractor':
      return buildDpathExtractor(definition, build);
    case 'ResponseToFileExtractor':
      return buildResponseToFileExtractor(definition, build, stream);
    case 'CustomRecordExtractor':
      return customPart<Extractor>(definition, build, stream);
    default:
      throw new ConnectorError(
        'configuration',
        `Stream "${stream.name}": ${definition.type} is no extractor of records.`,
      );
  }
}
