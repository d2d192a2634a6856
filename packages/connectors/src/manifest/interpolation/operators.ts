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

const DAY = 86_400_000_000;

/** Python's binary operators. */
export function operate(run: Run, operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right);
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
  const items = Array.isArray(left) ? (left as unknown[]) : left instanceof PyTuple ? left.items : undefined;
  if (!items) return undefined;
  const wrap = (made: unknown[]): unknown => (Array.isArray(left) ? made : new PyTuple(made));
  if (operator === '*' && isInteger(right)) {
    const count = items.length === 0 ? 0 : Math.max(0, Number(right));
    run.makeMembers(items.length * count);
    return wrap(Array.from({ length: count }, () => items).flat());
  }
  const others = Array.isArray(left)
    ? Array.isArray(right)
      ? (right as unknown[])
      : undefined
    : right instanceof PyTuple
      ? right.items
      : undefined;
  if (operator !== '+' || !others) return undefined;
  run.makeMembers(items.length + others.length);
  return wrap([...items, ...others]);
}

function operateTime(operator: BinaryOperator, left: unknown, right: unknown): unknown {
  if (left instanceof PyTimedelta) return operateSpan(operator, left, right);
  if (right instanceof PyTimedelta) {
    if (isTime(left) && (operator === '+' || operator === '-')) return move(left, right, operator === '+' ? 1 : -1);
    return operator === '*' && isNumber(left) ? scale(right, asFloat(left)) : undefined;
  }
  if (operator !== '-' || !isTime(left) || !isTime(right) || left.constructor !== right.constructor) return undefined;
  return new PyTimedelta(left.instant.micros - right.instant.micros);
}

function operateSpan(operator: BinaryOperator, left: PyTimedelta, right: unknown): unknown {
  if (operator === '+' && isTime(right)) return move(right, left, 1);
  if (right instanceof PyTimedelta) {
    if (operator === '+') return new PyTimedelta(left.micros + right.micros, left.months + right.months);
    if (operator === '-') return new PyTimedelta(left.micros - right.micros, left.months - right.months);
    if (right.micros === 0) throw new TemplateFault('value', 'division by zero');
    if (operator === '/') return pyFloat(left.micros / right.micros);
    return operator === '//' ? Math.floor(left.micros / right.micros) : undefined;
  }
  if (!isNumber(right)) return undefined;
  const factor = asFloat(right);
  if (operator === '*') return scale(left, factor);
  if (operator !== '/' && operator !== '//') return undefined;
  if (factor === 0) throw new TemplateFault('value', 'division by zero');
  return new PyTimedelta(operator === '/' ? Math.round(left.micros / factor) : Math.floor(left.micros / factor));
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
