import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Retriever } from '../model/stream.ts';
import { customPart } from '../model/custom-part.ts';
import { buildAsyncRetriever } from './build-async-retriever.ts';
import { buildSimpleRetriever } from './build-simple-retriever.ts';

/** Builds the retriever of a stream, or of another component that reads records. Throws `ConnectorError('configuration')`. */
export function buildRetriever(definition: Component, build: Build, stream: StreamContext): Retriever {
  switch (definition.type) {
    case 'SimpleRetriever':
      return buildSimpleRetriever(definition, build, stream);
    case 'AsyncRetriever':
      return buildAsyncRetriever(definition, build, stream);
    case 'CustomRetriever':
      return customPart<Retriever>(definition, build, stream);
    default:
      throw new ConnectorError('configuration', `Stream "${stream.name}" has a retriever of no known type.`);
  }
}
