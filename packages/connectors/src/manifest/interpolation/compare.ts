import type { ComparisonOperator } from './syntax.ts';
import { isMapping, mappingEntries, mappingGet, mappingHas, mappingSize } from './mapping.ts';
import { asFloat, isNumber } from './numbers.ts';
import type { PyNumber } from './numbers.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { PyUndefined } from './py-undefined.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { LIMITS } from './limits.ts';
import { TemplateFault } from './template-fault.ts';
import { itemsOf } from './iterate.ts';

/** Python's comparison operators. */
export function compareValues(run: Run, operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return equalValues(run, left, right);
    case '!=':
      return !equalValues(run, left, right);
    case 'in':
      return contains(run, right, left);
    case 'not in':
      return !contains(run, right, left);
    case '<':
      return order(run, left, right) < 0;
    case '<=':
      return order(run, left, right) <= 0;
    case '>':
      return order(run, left, right) > 0;
    case '>=':
      return order(run, left, right) >= 0;
  }
}

const order = (run: Run, left: unknown, right: unknown): number => orderOf(run, defined(left), defined(right));

/** Python's `==`, for values of any kind. */
export function equalValues(run: Run, left: unknown, right: unknown, depth = 0): boolean {
  if (typeof left === 'string') return equalTexts(run, left, right);
  if (left === right || left === null || left === undefined) return (left ?? null) === (right ?? null);
  if (depth > LIMITS.valueDepth) throw new TemplateFault('value', 'a value has too many levels');
  if (isNumber(left)) return isNumber(right) && equalNumbers(left, right);
  return equalObjects(run, left, right, depth);
}

function equalTexts(run: Run, left: string, right: unknown): boolean {
  if (left.length > 64) run.spend(left.length / 512);
  return left === right;
}

const equalNumbers = (left: PyNumber, right: PyNumber): boolean =>
  typeof left === 'bigint' && typeof right === 'bigint' ? left === right : asFloat(left) === asFloat(right);

function equalObjects(run: Run, left: unknown, right: unknown, depth: number): boolean {
  if (left instanceof PyUndefined) return right instanceof PyUndefined;
  if (Array.isArray(left)) return Array.isArray(right) && equalItems(run, left, right, depth);
  if (left instanceof PyTuple) return right instanceof PyTuple && equalItems(run, left.items, right.items, depth);
  if (isTime(left)) return isTime(right) && left.constructor === right.constructor && timeOrder(left, right) === 0;
  if (!isMapping(left) || !isMapping(right)) return false;
  const entries = mappingEntries(left, run);
  if (entries.length !== mappingSize(right, run)) return false;
  return entries.every(
    ([key, value]) => mappingHas(right, key) && equalValues(run, value, mappingGet(right, key), depth + 1),
  );
}

function equalItems(run: Run, left: readonly unknown[], right: readonly unknown[], depth: number): boolean {
  run.spend(left.length);
  return left.length === right.length && left.every((item, index) => equalValues(run, item, right[index], depth + 1));
}

/** Python's `in`. */
function contains(run: Run, container: unknown, member: unknown): boolean {
  if (typeof container === 'string') {
    if (typeof member !== 'string') throw new TemplateFault('type', 'only a text can be in a text');
    run.search(container, member);
    return container.includes(member);
  }
  if (isMapping(container)) {
    if (typeof member === 'string') run.lookUp(member);
    return mappingHas(container, member);
  }
  const items = itemsOf(run, container);
  // A list may be of any length, and stand in a loop.
  run.spend(items.length / 4);
  return items.some((item) => equalValues(run, item, member));
}

/** Below 0 when `left` comes first; NaN for floats without an order. Throws for kinds that Python does not order. */
export function orderOf(run: Run, left: unknown, right: unknown, depth = 0): number {
  if (isNumber(left) && isNumber(right)) return numberOrder(left, right);
  if (typeof left === 'string' && typeof right === 'string') return textOrder(run, left, right);
  if (isTime(left) && isTime(right) && left.constructor === right.constructor) return timeOrder(left, right);
  return sequenceOrder(run, left, right, depth);
}

function sequenceOrder(run: Run, left: unknown, right: unknown, depth: number): number {
  const [leftItems, rightItems] = [sequenceItems(left), sequenceItems(right)];
  if (!leftItems || !rightItems || Array.isArray(left) !== Array.isArray(right) || depth > LIMITS.valueDepth) {
    throw new TemplateFault('type', 'these values have no order');
  }
  run.spend(leftItems.length);
  const shorter = Math.min(leftItems.length, rightItems.length);
  for (let index = 0; index < shorter; index++) {
    if (!equalValues(run, leftItems[index], rightItems[index]))
      return orderOf(run, leftItems[index], rightItems[index], depth + 1);
  }
  return leftItems.length - rightItems.length;
}

const sequenceItems = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : value instanceof PyTuple ? value.items : undefined;

function numberOrder(left: PyNumber, right: PyNumber): number {
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  const [a, b] = [asFloat(left), asFloat(right)];
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
}

/** By code points, as Python does; UTF-16 units differ only where surrogates stand beside U+E000 and above. */
function textOrder(run: Run, left: string, right: string): number {
  run.spend((1 + left.length) / 256);
  return left < right ? -1 : left > right ? 1 : 0;
}

type Time = PyDatetime | PyDate | PyTimedelta;

const isTime = (value: unknown): value is Time =>
  value instanceof PyDatetime || value instanceof PyDate || value instanceof PyTimedelta;

function timeOrder(left: Time, right: Time): number {
  if (left instanceof PyTimedelta || right instanceof PyTimedelta) return spanSize(left) - spanSize(right);
  return left.instant.micros - right.instant.micros;
}

/** A year of 365.25 days, when a span with months has to be compared. */
const spanSize = (time: Time): number =>
  time instanceof PyTimedelta ? time.micros + time.months * 2_629_800_000_000 : 0;
