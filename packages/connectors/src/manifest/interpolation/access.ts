import { DICT_METHODS } from './dict-methods.ts';
import { LIST_METHODS, TUPLE_METHODS } from './list-methods.ts';
import { isMapping, mappingGet } from './mapping.ts';
import { characters } from './characters.ts';
import { isInteger } from './numbers.ts';
import { PyFunction } from './py-function.ts';
import type { KeywordArguments } from './py-function.ts';
import { PyFloat } from './py-float.ts';
import { PySliceMapping } from './py-slice-mapping.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { STRING_METHODS } from './string-methods.ts';
import { TemplateFault } from './template-fault.ts';
import {
  DATE_METHODS,
  DATETIME_METHODS,
  TIMEDELTA_METHODS,
  timeAttribute,
  timedeltaAttribute,
} from './time-members.ts';

type BoundMethod = (run: Run, args: readonly unknown[], keywords: KeywordArguments | undefined) => unknown;

/** `of.name`: a method or attribute of the Python type, else the item of a mapping. */
export function getAttribute(run: Run, of: unknown, name: string, shown = name): unknown {
  const bound = methodOf(of, name);
  if (bound) return new PyFunction(name, bound);
  const attribute = attributeOf(of, name);
  if (attribute !== undefined) return run.current(attribute);
  const found = item(run, of, name);
  return found === undefined ? missing(of, name, shown) : found;
}

/**
 * `of[key]`: an item, else (for a text) an attribute. `shown` names it in messages: a key may come out of the context, and is not
 * to be shown then.
 */
export function getItem(run: Run, of: unknown, key: unknown, shown = 'item'): unknown {
  const found = item(run, of, key);
  if (found !== undefined) return found;
  return typeof key === 'string' ? getAttribute(run, of, key, shown) : missing(of, shown, shown);
}

/** `of.name(…)`, without making the bound method. */
export function callMethod(
  run: Run,
  of: unknown,
  name: string,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
): unknown {
  const bound = methodOf(of, name);
  return bound ? bound(run, args, keywords) : callValue(run, getAttribute(run, of, name), args, keywords);
}

export function callValue(
  run: Run,
  callee: unknown,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
): unknown {
  if (!(callee instanceof PyFunction)) {
    defined(callee);
    throw new TemplateFault('type', 'the value cannot be called');
  }
  run.spend(1);
  return callee.call(run, args, keywords);
}

function missing(of: unknown, name: string, shown: string): PyUndefined {
  defined(of);
  if (name.startsWith('__')) throw new TemplateFault('value', `the attribute "${shown}" is not allowed`);
  return new PyUndefined(shown);
}

function item(run: Run, of: unknown, key: unknown): unknown {
  if (typeof key === 'string') run.lookUp(key);
  if (isMapping(of)) return run.current(mappingGet(of, key));
  if (typeof of === 'string' || Array.isArray(of) || of instanceof PyTuple) {
    if (!isInteger(key)) return undefined;
    const sequence =
      typeof of === 'string' ? characters(run, of) : of instanceof PyTuple ? of.items : (of as unknown[]);
    return at(run, sequence, Number(key));
  }
  return undefined;
}

function at(run: Run, sequence: string | readonly unknown[], index: number): unknown {
  const place = index < 0 ? sequence.length + index : index;
  if (place < 0 || place >= sequence.length) return undefined;
  return run.current(sequence[place] ?? null);
}

function methodOf(of: unknown, name: string): BoundMethod | undefined {
  if (typeof of === 'string') return bind(STRING_METHODS.get(name), of);
  if (Array.isArray(of)) return bind(LIST_METHODS.get(name), of as unknown[]);
  if (isMapping(of)) return bind(DICT_METHODS.get(name), of);
  return of instanceof PyTuple ? bind(TUPLE_METHODS.get(name), of.items) : otherMethod(of, name);
}

function otherMethod(of: unknown, name: string): BoundMethod | undefined {
  if (of instanceof PyDatetime) return bind(DATETIME_METHODS.get(name), of);
  if (of instanceof PyDate) return bind(DATE_METHODS.get(name), of);
  if (of instanceof PyTimedelta) return bind(TIMEDELTA_METHODS.get(name), of);
  if (name === 'is_integer' && (of instanceof PyFloat || typeof of === 'number'))
    return () => of instanceof PyFloat || Number.isInteger(of);
  return undefined;
}

/** Work of a method or filter that goes over a text, or makes the members of a mapping. */
export const costOf = (value: unknown): number => (typeof value === 'string' ? 1 + value.length / 256 : 1);

function bind<Self>(
  method:
    | ((run: Run, self: Self, args: readonly unknown[], keywords: KeywordArguments | undefined) => unknown)
    | undefined,
  self: Self,
): BoundMethod | undefined {
  return (
    method &&
    ((run, args, keywords) => {
      run.spend(costOf(self));
      for (const argument of args) if (typeof argument === 'string') run.lookUp(argument);
      return method(run, self, args, keywords);
    })
  );
}

function attributeOf(of: unknown, name: string): unknown {
  if (of instanceof PySliceMapping) return of.attributes.get(name);
  if (of instanceof PyDatetime || of instanceof PyDate) return timeAttribute(of, name);
  return of instanceof PyTimedelta ? timedeltaAttribute(of, name) : undefined;
}
