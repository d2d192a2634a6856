import { isMapping } from './mapping.ts';
import { PyFloat } from './py-float.ts';
import { PyFunction } from './py-function.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';

export type ValueKind =
  | 'none'
  | 'bool'
  | 'int'
  | 'float'
  | 'str'
  | 'list'
  | 'tuple'
  | 'dict'
  | 'datetime'
  | 'date'
  | 'timedelta'
  | 'function'
  | 'undefined'
  /** Something of the host, which templates can hand on and nothing else. */
  | 'object';

/** Python's type of a value. */
export function kindOf(value: unknown): ValueKind {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  return typeof value === 'object' ? objectKind(value) : 'object';
}

const CLASSES: readonly (readonly [new (...args: never[]) => unknown, ValueKind])[] = [
  [PyUndefined, 'undefined'],
  [PyFloat, 'float'],
  [PyTuple, 'tuple'],
  [PyDatetime, 'datetime'],
  [PyDate, 'date'],
  [PyTimedelta, 'timedelta'],
  [PyFunction, 'function'],
];

function objectKind(value: object): ValueKind {
  if (Array.isArray(value)) return 'list';
  if (isMapping(value)) return 'dict';
  return CLASSES.find(([type]) => value instanceof type)?.[1] ?? 'object';
}
