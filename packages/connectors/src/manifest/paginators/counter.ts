import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';

/** The count that a token holds; `first` when there was none yet. */
export function counter(last: Json | undefined, first: number, definition: Component, stream: StreamContext): number {
  if (last === undefined || last === null) return first;
  if (typeof last === 'number' && Number.isInteger(last)) return last;
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}": ${definition.type} cannot count on from a token that is no integer.`,
  );
}
