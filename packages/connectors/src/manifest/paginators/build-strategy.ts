import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Decoder } from '../model/records.ts';
import { customPart } from '../model/custom-part.ts';
import { buildCursorPagination } from './cursor-pagination.ts';
import { buildOffsetIncrement } from './offset-increment.ts';
import { buildPageIncrement } from './page-increment.ts';
import { pageVariables } from './page-variables.ts';
import type { PaginationStrategy } from './strategy.ts';
import { plainText } from '../records/plain-text.ts';

/** Builds a strategy of pagination. Throws `ConnectorError('configuration')` for a type that is none. */
export function buildStrategy(
  definition: Component,
  build: Build,
  stream: StreamContext,
  decoder: Decoder,
): PaginationStrategy {
  const templates = ['cursor_value', 'stop_condition'].map((name) => plainText(definition[name]));
  switch (definition.type) {
    case 'PageIncrement':
      return buildPageIncrement(definition, build, stream);
    case 'OffsetIncrement':
      return buildOffsetIncrement(definition, build, stream, pageVariables(decoder, []));
    case 'CursorPagination':
      return buildCursorPagination(definition, build, stream, pageVariables(decoder, templates));
    case 'CustomPaginationStrategy':
      return customPart<PaginationStrategy>(definition, build, stream);
    default:
      throw new ConnectorError(
        'configuration',
        `Stream "${stream.name}": ${definition.type} is no strategy of pagination.`,
      );
  }
}
