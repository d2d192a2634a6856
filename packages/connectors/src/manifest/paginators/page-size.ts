import { ConnectorError } from '../../kit/connector-error.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import type { StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { plainText } from '../records/plain-text.ts';

/** The `page_size` of a strategy; `undefined` when it has none. Throws `ConnectorError('configuration')` when it is no integer. */
export function pageSize(definition: Component, context: TemplateContext, stream: StreamContext): number | undefined {
  const { page_size: given } = definition;
  if (given === undefined || given === null || given === '') return undefined;
  const size = typeof given === 'number' ? given : interpolatedString(plainText(given)).evaluate(context);
  // Large integers of Python may come as such.
  const number = typeof size === 'bigint' ? Number(size) : size;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}": the \`page_size\` of ${definition.type} does not give an integer; check the manifest and the ` +
      'settings that it takes it from.',
  );
}
