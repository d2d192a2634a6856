import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';

/** The port of a `Custom…` component about settings; `method` is what it must have. Throws `ConnectorError('configuration')`. */
export function customPart<Part>(definition: Component, build: Build, method: keyof Part & string): Part {
  const name = definition['class_name'] as string;
  const port = build.custom.get(name);
  if (!port)
    throw new ConnectorError('configuration', `The manifest's spec needs the Python class ${name}, which has no port.`);
  const made = port(definition, build, undefined) as Part;
  if (typeof made[method] === 'function') return made;
  throw new ConnectorError('configuration', `The port of the Python class ${name} has no ${method}().`);
}
