import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from './build.ts';
import type { Component } from './component.ts';

/**
 * The part that a `Custom…` component stands for, made by the port of its Python class. Throws
 * `ConnectorError('configuration')` that names stream and class when there is no port.
 */
export function customPart<Part>(definition: Component, build: Build, stream: StreamContext): Part {
  const { class_name: name, type } = definition;
  const className = typeof name === 'string' ? name : type;
  const port = build.custom.get(className);
  if (!port) {
    throw new ConnectorError(
      'configuration',
      `Stream "${stream.name}" needs the Python class ${className} (${type}), but there is no port of ${className}; ` +
        'register one with the connector, or leave the stream out.',
    );
  }
  return port(definition, build, stream) as Part;
}
