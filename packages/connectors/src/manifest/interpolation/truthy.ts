import { isMapping, mappingIsEmpty, mappingSize } from './mapping.ts';
import { PyFloat } from './py-float.ts';
import { PySliceMapping } from './py-slice-mapping.ts';
import { PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import type { Run } from './run.ts';
import { PyUndefined } from './py-undefined.ts';

/** Python's truth of a value. Give the run wherever a template can ask often: it pays for large mappings. */
export function truthy(value: unknown, run?: Run): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null) return Boolean(value) || Number.isNaN(value);
  if (Array.isArray(value)) return value.length > 0;
  if (run && isMapping(value)) run.spend(mappingSize(value) / 4);
  return objectTruth(value);
}

function objectTruth(value: object): boolean {
  if (value instanceof PyUndefined) return false;
  if (value instanceof PyFloat) return value.value !== 0;
  if (value instanceof PyTuple) return value.items.length > 0;
  if (value instanceof PyTimedelta) return value.micros !== 0 || value.months !== 0;
  if (value instanceof PySliceMapping) return !mappingIsEmpty(value) || truthy(value.attributes.get('extra_fields'));
  return !isMapping(value) || !mappingIsEmpty(value);
}
