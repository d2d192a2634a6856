import { interpolatedBoolean } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RecordFilter } from '../model/records.ts';
import { customPart } from '../model/custom-part.ts';
import { recordContext } from './record-context.ts';

/** Builds a `RecordFilter` or the port of a custom one. Without a condition every record is kept. */
export function buildRecordFilter(definition: Component, build: Build, stream: StreamContext): RecordFilter {
  if (definition.type === 'CustomRecordFilter') return customPart<RecordFilter>(definition, build, stream);
  const { condition } = definition;
  if (typeof condition !== 'string' || condition === '') return { keeps: () => true };
  const template = interpolatedBoolean(condition);
  const context = recordContext(definition, build);
  return { keeps: (record, place) => template.evaluate(context(record, place)) };
}
