import type { StreamSlice } from '../model/slice.ts';
import { PySliceMapping } from './py-slice-mapping.ts';

const known = new WeakMap<StreamSlice, Record<string, unknown>>();

/**
 * Variables of a slice for templates: `stream_slice`, and `stream_partition` and `stream_interval`, which are the same. It is a
 * mapping of the partition's and the cursor slice's fields (of the latter where both name one), with the attributes
 * `extra_fields`, `partition` and `cursor_slice`.
 */
export function sliceVariables(slice: StreamSlice): Record<string, unknown> {
  const before = known.get(slice);
  if (before) return before;
  const mapping = new PySliceMapping(slice);
  const variables = { stream_slice: mapping, stream_partition: mapping, stream_interval: mapping };
  known.set(slice, variables);
  return variables;
}
