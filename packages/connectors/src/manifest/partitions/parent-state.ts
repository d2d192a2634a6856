import type { Json, JsonObject } from '../../kit/json.ts';
import type { ParentStream } from './parent-stream.ts';

/**
 * Where a parent that is read incrementally goes on, by the state of the child: from the child's `parent_state`, or, when the
 * child never had one, from the one cursor value that holds for the whole child.
 */
export function parentStateIn(state: JsonObject | undefined, parent: ParentStream): JsonObject | undefined {
  if (!state || !parent.isIncremental) return undefined;
  const kept = asObject(state['parent_state']);
  if (kept && Object.keys(kept).length > 0) return asObject(kept[parent.stream.name]);
  const value = wholeValue(state);
  const field = parent.stream.cursorField;
  return value === undefined || field === undefined ? undefined : { [field]: value };
}

function wholeValue(state: JsonObject): Json | undefined {
  const values = Object.values(state);
  const [only] = values;
  if (values.length === 1 && (typeof only === 'string' || typeof only === 'number')) return only;
  const [value] = Object.values(asObject(state['state']) ?? {});
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

const asObject = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
