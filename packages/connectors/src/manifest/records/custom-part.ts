import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { plainText } from './plain-text.ts';

/**
 * The part that a `Custom…` component stands for, made by the port of its Python class. Throws
 * `ConnectorError('configuration')` that names stream and class when there is no port.
 */
export function customPart<Part>(definition: Component, build: Build, stream: StreamContext): Part {
  const className = plainText(definition['class_name']);
  const port = build.custom.get(className);
  if (!port) {
    throw new ConnectorError(
      'configuration',
      `Stream "${stream.name}" needs the Python class ${className} (${definition.type}), and there is no port of it; ` +
        'register one with the connector, or leave the stream out.',
    );
  }
  return port(definition, build, stream) as Part;
}
