import { isMapping, mappingSize } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { PyFloat } from './py-float.ts';
import { PySliceMapping } from './py-slice-mapping.ts';
import { PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import type { Fuel } from './fuel.ts';
import { PyUndefined } from './py-undefined.ts';

/** Python's truth of a value; large mappings are paid for, since their members have to be listed. */
export function truthy(value: unknown, fuel: Fuel): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null) return Boolean(value) || Number.isNaN(value);
  if (Array.isArray(value)) return value.length > 0;
  if (isMapping(value)) return mappingTruth(value, fuel);
  return objectTruth(value);
}

function objectTruth(value: object): boolean {
  if (value instanceof PyUndefined) return false;
  if (value instanceof PyFloat) return value.value !== 0;
  if (value instanceof PyTuple) return value.items.length > 0;
  if (value instanceof PyTimedelta) return value.micros !== 0 || value.months !== 0;
  return true;
}

function mappingTruth(value: Mapping, fuel: Fuel): boolean {
  if (mappingSize(value, fuel) > 0) return true;
  return value instanceof PySliceMapping && truthy(value.attributes.get('extra_fields'), fuel);
}
