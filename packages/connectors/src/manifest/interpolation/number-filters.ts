import { integerArgument } from './argument.ts';
import { filter } from './filter.ts';
import type { Filter } from './filter.ts';
import { asFloat, isInteger, isNumber } from './numbers.ts';
import { pyFloat } from './py-float.ts';
import { pythonInteger } from './python-integer.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

const INTEGER = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
// No digit can be matched in two ways, so that a long text which is no number is refused in linear time.
const FLOAT =
  /^\s*[+-]?(?:(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?|inf(?:inity)?|nan)\s*$/i;

function toInteger(run: Run, value: unknown, missing: unknown = 0, base: unknown = 10): unknown {
  defined(value);
  if (isInteger(value)) return pythonInteger(typeof value === 'boolean' ? Number(value) : value);
  if (isNumber(value)) return truncated(asFloat(value)) ?? missing;
  return typeof value === 'string' ? (readInteger(run, value, base) ?? missing) : missing;
}

function readInteger(run: Run, value: string, base: unknown): number | bigint | undefined {
  run.scan(value.length, 16);
  const radix = integerArgument(base, 10);
  if (radix !== 10) return withBase(value, radix);
  if (INTEGER.test(value)) return pythonInteger(value.trim().replaceAll('_', '').replace(/^\+/, ''));
  const float = readFloat(value);
  return float === undefined ? undefined : truncated(float);
}

function withBase(text: string, base: number): number | undefined {
  const prefix = { 2: '0b', 8: '0o', 16: '0x' }[base];
  const digits = text.trim().toLowerCase().replace(/^[+-]/, '');
  const plain = prefix !== undefined && digits.startsWith(prefix) ? digits.slice(2) : digits;
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
  if (plain === '' || plain.length > 10 || plain.split('').some((char) => !alphabet.includes(char))) return undefined;
  return Number.parseInt(plain, base) * (text.trim().startsWith('-') ? -1 : 1);
}

function truncated(value: number): number | bigint | undefined {
  return Number.isFinite(value) ? pythonInteger(Math.trunc(value)) : undefined;
}

function readFloat(text: string): number | undefined {
  if (!FLOAT.test(text)) return undefined;
  const plain = text.trim().toLowerCase().replaceAll('_', '');
  if (plain.includes('nan')) return Number.NaN;
  return plain.includes('inf') ? (plain.startsWith('-') ? -Infinity : Infinity) : Number(plain);
}

function toFloat(run: Run, value: unknown, missing: unknown): unknown {
  defined(value);
  const otherwise = missing ?? pyFloat(0);
  if (isNumber(value)) return pyFloat(asFloat(value));
  if (typeof value === 'string') run.scan(value.length, 16);
  const read = typeof value === 'string' ? readFloat(value) : undefined;
  return read === undefined ? otherwise : pyFloat(read);
}

function round(_: Run, value: unknown, precision: unknown, method: unknown = 'common'): unknown {
  if (!isNumber(value)) {
    defined(value);
    throw new TemplateFault('type', 'a number is wanted');
  }
  const digits = Math.min(Math.max(integerArgument(precision, 0), -300), 300);
  const number = asFloat(value);
  if (method === 'common') return isInteger(value) && digits >= 0 ? value : pyFloat(halfEven(number, digits));
  if (method !== 'ceil' && method !== 'floor') throw new TemplateFault('value', 'a way of rounding is not known');
  const factor = 10 ** digits;
  return pyFloat((method === 'ceil' ? Math.ceil(number * factor) : Math.floor(number * factor)) / factor);
}

/** Python rounds what lies exactly in the middle to the even neighbour. */
function halfEven(value: number, digits: number): number {
  if (digits > 0 && digits <= 100) return Number(value.toFixed(digits));
  const factor = 10 ** digits;
  const scaled = value * factor;
  const floor = Math.floor(scaled);
  const isMiddle = scaled - floor === 0.5;
  return (isMiddle ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(scaled)) / factor;
}

/** Jinja's filters that make numbers. */
export const NUMBER_FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['int', filter('default? base?', toInteger)],
  ['float', filter('default?', toFloat)],
  ['round', filter('precision? method?', round)],
  [
    'abs',
    filter('', (_, value) => {
      if (isInteger(value)) return typeof value === 'bigint' ? (value < 0n ? -value : value) : Math.abs(Number(value));
      if (isNumber(value)) return pyFloat(Math.abs(asFloat(value)));
      defined(value);
      throw new TemplateFault('type', 'a number is wanted');
    }),
  ],
]);
