import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';

/**
 * The part that the port of a custom component makes; what kind of part it is, is the port's word. Throws
 * `ConnectorError('configuration')` when there is no port of its class.
 */
export function customPart(definition: Component, build: Build, stream: StreamContext): unknown {
  const { class_name: name, type } = definition;
  const className = typeof name === 'string' ? name : type;
  const port = build.custom.get(className);
  if (port) return port(definition, build, stream);
  throw new ConnectorError('configuration', `There is no port of ${className} (${type}).`);
}
