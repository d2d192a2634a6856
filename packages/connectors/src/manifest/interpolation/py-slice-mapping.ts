import type { StreamSlice } from '../model/slice.ts';

/** A stream slice as templates see it: the mapping of partition and cursor slice together, with its parts as attributes. */
export class PySliceMapping {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly attributes: ReadonlyMap<string, unknown>;

  constructor(slice: StreamSlice) {
    this.fields = { ...slice.partition, ...slice.cursorSlice };
    this.attributes = new Map<string, unknown>([
      ['partition', slice.partition],
      ['_partition', slice.partition],
      ['cursor_slice', slice.cursorSlice],
      ['extra_fields', slice.extraFields],
    ]);
  }

  /** Nested values are handed on as JSON when somebody writes the variables down. */
  toJSON(): unknown {
    return this.fields;
  }
}
