import type { PyNumber } from './numbers.ts';
import { LIMITS } from './limits.ts';
import { isMapping, mappingGet } from './mapping.ts';
import { asFloat, isInteger, isNumber } from './numbers.ts';
import { PyTuple } from './py-tuple.ts';
import { pythonFloatText } from '../datetime/python-float-text.ts';
import { pythonRepr, pythonText } from './python-text.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

const DIRECTIVE = /%(?:\((\w+)\))?([-+ 0#]*)(\d{0,9})(?:\.(\d{0,9}))?[hlL]?([a-zA-Z%])/g;
/** Steps of a directive: it is matched, looked up and written. */
const DIRECTIVE_STEPS = 4;
const MOST_DIGITS = 100;

/** Python's `format % values`; values are one, a tuple, or a mapping for `%(name)s`. */
export function printf(run: Run, format: string, values: unknown): string {
  const tuple = values instanceof PyTuple ? values.items : [values];
  let next = 0;
  let usesNames = false;
  const take = (name: string | undefined): unknown => {
    if (name !== undefined) {
      usesNames = true;
      const value = isMapping(values) ? mappingGet(values, name) : undefined;
      if (value === undefined)
        throw new TemplateFault(isMapping(values) ? 'value' : 'type', 'a name of the format is missing');
      return value;
    }
    if (next >= tuple.length) throw new TemplateFault('type', 'not enough values for the format');
    return tuple[next++];
  };
  run.scan(format.length, 1);
  const text = format.replaceAll(
    DIRECTIVE,
    (_, name?: string, flags = '', width = '', precision?: string, type = '') => {
      run.spend(DIRECTIVE_STEPS);
      if (type === '%') return '%';
      const digits = precision === undefined ? undefined : Number(precision);
      const written = writeOne(run, defined(take(name)), type, flags, digits);
      run.makeText(Math.max(written.length, Number(width)));
      return padded(written, flags, Number(width), type);
    },
  );
  const isComplete =
    next === tuple.length || usesNames || (next === 0 && !(values instanceof PyTuple) && isMapping(values));
  if (!isComplete) throw new TemplateFault('type', 'not all values are used by the format');
  return text;
}

function writeOne(run: Run, value: unknown, type: string, flags: string, digits: number | undefined): string {
  if (type === 's') return pythonText(value, run).slice(0, digits);
  if (type === 'r' || type === 'a') return pythonRepr(value, run).slice(0, digits);
  if (type === 'c') return isInteger(value) ? String.fromCodePoint(Number(value)) : pythonText(value, run);
  if (!isNumber(value)) throw new TemplateFault('type', 'the format wants a number');
  if (typeof value === 'bigint') run.spend(LIMITS.integerBits / 64);
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const text = writeNumber(value, type, Math.min(digits ?? 6, MOST_DIGITS));
  return text.startsWith('-') ? text : plus + text;
}

function writeNumber(value: PyNumber, type: string, digits: number): string {
  if ('diu'.includes(type)) return whole(value).toString();
  if ('xXo'.includes(type)) return withRadix(value, type);
  const float = asFloat(value);
  if ('fF'.includes(type)) return Number.isFinite(float) ? float.toFixed(digits) : pythonFloatText(float);
  if ('gG'.includes(type)) return shortest(float, Math.max(digits, 1));
  if (!'eE'.includes(type)) throw new TemplateFault('value', 'the format has an unknown letter');
  const text = float.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
  return type === 'E' ? text.toUpperCase() : text;
}

function whole(value: PyNumber): bigint {
  if (isInteger(value)) return BigInt(value);
  const float = asFloat(value);
  if (!Number.isFinite(float)) throw new TemplateFault('value', 'the number is not finite');
  return BigInt(Math.trunc(float));
}

function withRadix(value: PyNumber, type: string): string {
  if (!isInteger(value)) throw new TemplateFault('type', 'the format wants an integer');
  const text = BigInt(value).toString(type === 'o' ? 8 : 16);
  return type === 'X' ? text.toUpperCase() : text;
}

function shortest(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : pythonFloatText(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < digits) return String(Number(value.toPrecision(digits)));
  return value
    .toExponential(digits - 1)
    .replace(/\.?0+e/, 'e')
    .replace(/e([+-])(\d)$/, 'e$10$2');
}

function padded(text: string, flags: string, width: number, type: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || 'sra'.includes(type)) return text.padStart(width);
  const sign = /^[+\- ]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
