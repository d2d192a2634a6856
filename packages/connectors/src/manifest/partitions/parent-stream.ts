import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { ManifestStream } from '../model/stream.ts';
import { markAsParent } from '../streams/parent-streams.ts';
import { partitionOption } from './partition-option.ts';
import type { PartitionOption } from './partition-option.ts';
import { valueIn } from './value-in.ts';

/** Where the answer that lies inside a parent's record waits for the child's retriever (`lazy_read_pointer`). */
export const CHILD_RESPONSE = 'child_response';

/** A `ParentStreamConfig`, compiled. */
export interface ParentStream {
  readonly stream: ManifestStream;
  readonly isIncremental: boolean;
  /** The partition that a record makes; `undefined` when it has no value under `parent_key`. */
  partition(record: MutableRecord, parentSlice: StreamSlice): StreamSlice | undefined;
  readonly add: PartitionOption;
}

export function parentStream(definition: Component, build: Build): ParentStream {
  const parameters = definition.$parameters ?? {};
  const context = { config: build.config, parameters, options: parameters };
  const text = (value: Json | undefined): string => interpolatedText(String(value)).evaluate(context);
  const path = (value: Json): readonly string[] => (Array.isArray(value) ? value.map(text) : [text(value)]);
  const field = text(definition['partition_field']);
  const keyPath = text(definition['parent_key']).split('/');
  const extraPaths = Array.isArray(definition['extra_fields']) ? definition['extra_fields'].map(path) : [];
  const pointer = Array.isArray(definition['lazy_read_pointer']) ? path(definition['lazy_read_pointer']) : [];
  const extraFields = (record: MutableRecord): JsonObject => {
    const fields: Record<string, Json> = {};
    if (pointer.length > 0) fields[CHILD_RESPONSE] = valueIn(record, pointer) ?? [];
    for (const extra of extraPaths) fields[extra.join('.')] = valueIn(record, extra) ?? null;
    return fields;
  };
  return {
    stream: build.stream(markAsParent(definition['stream'] as Component)),
    isIncremental: definition['incremental_dependency'] === true,
    partition(record, parentSlice) {
      const value = valueIn(record, keyPath);
      if (value === undefined || value === null) return undefined;
      const partition = { [field]: value, parent_slice: parentSlice.partition };
      return { partition, cursorSlice: {}, extraFields: extraFields(record) };
    },
    add: partitionOption(definition['request_option'], field, build),
  };
}
