import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Retriever } from '../model/stream.ts';
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
      return customRetriever(definition, build, stream);
    default:
      throw new ConnectorError('configuration', `Stream "${stream.name}" has a retriever of no known type.`);
  }
}

function customRetriever(definition: Component, build: Build, stream: StreamContext): Retriever {
  const className = String(definition['class_name']);
  const port = build.custom.get(className);
  if (port) return port(definition, build, stream) as Retriever;
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}" needs the Python class ${className} (CustomRetriever), and there is no port of it.`,
  );
}
