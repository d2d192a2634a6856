import { addDuration } from '../datetime/duration.ts';
import { arithmetic, asFloat, isInteger, isNumber } from './numbers.ts';
import { printf } from './printf.ts';
import { PyDate, PyDatetime, PyTimedelta } from './py-time.ts';
import { pyFloat } from './py-float.ts';
import { PyTuple } from './py-tuple.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import type { BinaryOperator, UnaryOperator } from './syntax.ts';
import { TemplateFault } from './template-fault.ts';

/** Steps of reckoning with integers of `LIMITS.integerBits`. */
const LARGE_NUMBER = 40;
const DAY = 86_400_000_000;

/** Python's binary operators. */
export function operate(run: Run, operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (isNumber(left) && isNumber(right)) {
    // Integers that no number holds take longer, and so does a power, which is tried before it is made.
    if (operator === '**' || typeof left === 'bigint' || typeof right === 'bigint') run.spend(LARGE_NUMBER);
    return arithmetic(operator, left, right);
  }
  if (typeof left === 'string') return operateText(run, operator, left, right);
  defined(left);
  defined(right);
  const result = operateSequence(run, operator, left, right) ?? operateTime(operator, left, right);
  if (result === undefined) throw new TemplateFault('type', `"${operator}" does not fit these values`);
  return result;
}

function operateText(run: Run, operator: BinaryOperator, left: string, right: unknown): unknown {
  if (operator === '%') return printf(run, left, right);
  defined(right);
  if (operator === '+' && typeof right === 'string') {
    run.makeText(left.length + right.length);
    return left + right;
  }
  if (operator === '*' && isInteger(right)) return repeatText(run, left, right);
  throw new TemplateFault('type', `"${operator}" does not fit these values`);
}

function repeatText(run: Run, text: string, times: number | bigint | boolean): string {
  const count = Math.max(0, Number(times));
  if (text === '' || count === 0) return '';
  run.makeText(text.length * count);
  return text.repeat(count);
}

function operateSequence(run: Run, operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (operator === '*' && isInteger(left)) {
    return typeof right === 'string' ? repeatText(run, right, left) : operateSequence(run, '*', right, left);
  }
  const items = itemsIn(left);
  if (!items) return undefined;
  const made =
    operator === '*' ? repeated(run, items, right) : operator === '+' ? joined(run, items, left, right) : undefined;
  return made && (Array.isArray(left) ? made : new PyTuple(made));
}

const itemsIn = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? (value as unknown[]) : value instanceof PyTuple ? value.items : undefined;

function repeated(run: Run, items: readonly unknown[], times: unknown): unknown[] | undefined {
  if (!isInteger(times)) return undefined;
  const count = items.length === 0 ? 0 : Math.max(0, Number(times));
  run.makeMembers(items.length * count);
  return Array.from({ length: count }, () => items).flat();
}

/** A list and a tuple do not go together. */
function joined(run: Run, items: readonly unknown[], left: unknown, right: unknown): unknown[] | undefined {
  const others = Array.isArray(left) === Array.isArray(right) ? itemsIn(right) : undefined;
  if (!others) return undefined;
  run.makeMembers(items.length + others.length);
  return [...items, ...others];
}

function operateTime(operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (left instanceof PyTimedelta) return operateSpan(operator, left, right);
  if (right instanceof PyTimedelta) {
    if (operator === '*') return isNumber(left) ? scale(right, asFloat(left)) : undefined;
    return isTime(left) ? moved(operator, left, right) : undefined;
  }
  if (operator !== '-' || !isTime(left) || !isTime(right) || left.constructor !== right.constructor) return undefined;
  return new PyTimedelta(left.instant.micros - right.instant.micros);
}

function moved(operator: BinaryOperator, time: PyDatetime | PyDate, span: PyTimedelta): unknown {
  return operator === '+' || operator === '-' ? move(time, span, operator === '+' ? 1 : -1) : undefined;
}

function operateSpan(operator: BinaryOperator, left: PyTimedelta, right: unknown): unknown {
  if (operator === '+' && isTime(right)) return move(right, left, 1);
  if (right instanceof PyTimedelta) return operateSpans(operator, left, right);
  if (!isNumber(right)) return undefined;
  const factor = asFloat(right);
  if (operator === '*') return scale(left, factor);
  if (operator !== '/' && operator !== '//') return undefined;
  if (factor === 0) throw new TemplateFault('value', 'division by zero');
  return new PyTimedelta(operator === '/' ? Math.round(left.micros / factor) : Math.floor(left.micros / factor));
}

function operateSpans(operator: BinaryOperator, left: PyTimedelta, right: PyTimedelta): unknown {
  if (operator === '+') return new PyTimedelta(left.micros + right.micros, left.months + right.months);
  if (operator === '-') return new PyTimedelta(left.micros - right.micros, left.months - right.months);
  if (operator !== '/' && operator !== '//') return undefined;
  if (right.micros === 0) throw new TemplateFault('value', 'division by zero');
  return operator === '/' ? pyFloat(left.micros / right.micros) : Math.floor(left.micros / right.micros);
}

const scale = (span: PyTimedelta, factor: number): PyTimedelta =>
  new PyTimedelta(Math.round(span.micros * factor), Math.round(span.months * factor));

const isTime = (value: unknown): value is PyDatetime | PyDate => value instanceof PyDatetime || value instanceof PyDate;

/** Dates move by whole days; neither leaves the years 1 to 9999. */
function move(time: PyDatetime | PyDate, span: PyTimedelta, sign: 1 | -1): PyDatetime | PyDate {
  const isDate = time instanceof PyDate;
  const micros = isDate ? Math.floor(span.micros / DAY) * DAY : span.micros;
  const instant = addDuration(time.instant, { months: sign * span.months, micros: sign * micros });
  if (!(instant.micros >= -62_135_596_800_000_000 && instant.micros < 253_402_300_800_000_000)) {
    throw new TemplateFault('value', 'a date is out of range');
  }
  return isDate ? new PyDate(instant) : new PyDatetime(instant);
}

export function operateUnary(operator: UnaryOperator, value: unknown): unknown {
  if (isNumber(value)) return operator === '-' ? arithmetic('*', value, -1) : arithmetic('+', value, 0);
  if (value instanceof PyTimedelta) return operator === '-' ? scale(value, -1) : value;
  defined(value);
  throw new TemplateFault('type', `"${operator}" does not fit this value`);
}
