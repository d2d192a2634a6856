import type { Json } from '../../kit/json.ts';
import { keyText } from './json-text.ts';
import type { Fuel } from './fuel.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingEntries } from './mapping.ts';
import { PyFloat } from './py-float.ts';
import { PyTuple } from './py-tuple.ts';
import { TemplateFault } from './template-fault.ts';

/** What stands for a value that JSON does not have; such values are handled as their text. */
export const NOT_PLAIN = Symbol('not plain');

/**
 * A value of a template as JSON, in new lists and objects: tuples become lists, `1.0` becomes 1, keys become texts. Integers that
 * no number holds exactly become texts, so that no digit is lost. `NOT_PLAIN` for dates, functions, undefined values, and floats
 * that are no numbers, at any depth.
 */
export function plainValue(value: unknown, fuel: Fuel, depth = 0): Json | typeof NOT_PLAIN {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : NOT_PLAIN;
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'object' ? plainObject(value, fuel, depth) : NOT_PLAIN;
}

function plainObject(value: object, fuel: Fuel, depth: number): Json | typeof NOT_PLAIN {
  if (depth > LIMITS.valueDepth) throw new TemplateFault('value', 'a value has too many levels');
  if (value instanceof PyFloat) return Number.isFinite(value.value) ? value.value : NOT_PLAIN;
  const items = Array.isArray(value) ? (value as unknown[]) : value instanceof PyTuple ? value.items : undefined;
  if (items) {
    fuel.spend(1 + items.length / LIMITS.plainPerStep);
    const plain = items.map((item) => plainValue(item, fuel, depth + 1));
    return plain.includes(NOT_PLAIN as never) ? NOT_PLAIN : (plain as Json[]);
  }
  if (!isMapping(value)) return NOT_PLAIN;
  const made: Record<string, Json> = {};
  for (const [key, member] of mappingEntries(value, fuel)) {
    const plain = plainValue(member, fuel, depth + 1);
    if (plain === NOT_PLAIN) return NOT_PLAIN;
    setOwn(made, keyText(key), plain);
  }
  return made;
}

/** Sets a member even when it is called `__proto__`. */
export function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
