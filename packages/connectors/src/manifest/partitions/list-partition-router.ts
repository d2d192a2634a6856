import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedString, interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { PartitionRouter } from '../model/stream.ts';
import { partitionOption } from './partition-option.ts';

/** A partition for each of the `values`, which may be a template of a list. Throws `ConnectorError('configuration')`. */
export function listPartitionRouter(definition: Component, build: Build, stream: StreamContext): PartitionRouter {
  const parameters = definition.$parameters ?? {};
  const context = { config: build.config, parameters, options: parameters };
  const field = interpolatedText(String(definition['cursor_field'])).evaluate(context);
  const given = definition['values'];
  const values = (): readonly Json[] => {
    const list = typeof given === 'string' ? interpolatedString(given).evaluate(context) : given;
    if (list === null || list === undefined || list === '') return [];
    if (Array.isArray(list)) return list as readonly Json[];
    throw new ConnectorError(
      'configuration',
      `The values of the ListPartitionRouter of stream "${stream.name}" render to no list with these settings.`,
    );
  };
  const add = partitionOption(definition['request_option'], field, build);
  return {
    async *partitions() {
      for (const value of values()) yield { partition: { [field]: value }, cursorSlice: {}, extraFields: {} };
    },
    parts: ({ slice }) => add({}, slice),
  };
}
