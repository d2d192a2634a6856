import { kindOf } from './value-kind.ts';
import type { ValueKind } from './value-kind.ts';

/** Types of JSON Schema, as `value_type` of the manifest language names them. */
export type ValidType = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'object';

// In Python, True and False are integers too.
const KINDS: Readonly<Record<ValidType, readonly ValueKind[]>> = {
  string: ['str'],
  integer: ['int', 'bool'],
  number: ['float'],
  boolean: ['bool'],
  list: ['list'],
  object: ['dict'],
};

/** Whether a value is of one of the types. */
export function isOfType(value: unknown, types: readonly ValidType[]): boolean {
  const kind = kindOf(value);
  return types.some((type) => KINDS[type].includes(kind));
}
