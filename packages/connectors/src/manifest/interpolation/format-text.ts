import { LIMITS } from './limits.ts';
import { mappingGet, isMapping } from './mapping.ts';
import { isNumber } from './numbers.ts';
import { printf } from './printf.ts';
import { writtenTime } from './written-time.ts';
import type { KeywordArguments } from './py-function.ts';
import { PyDate, PyDatetime } from './py-time.ts';
import { PyTuple } from './py-tuple.ts';
import { pythonRepr, pythonText } from './python-text.ts';
import { defined } from './run.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

const FIELD = /\{\{|\}\}|\{(\w*)((?:\[[^\]{}]*\])*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/g;
/** Steps of a field: it is matched, looked up and written. */
const FIELD_STEPS = 4;
const SPEC = /^(?:(.)?([<>^=]))?([-+ ])?#?(0)?(\d{0,9})([,_])?(?:\.(\d{1,2}))?([bcdeEfFgGnosxX%])?$/s;

/** Python's `str.format` with fields by place or name, items of mappings and lists, and the usual format specifications. */
export function formatText(
  run: Run,
  format: string,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
): string {
  run.scan(format.length, LIMITS.hardTextPerStep);
  let next = 0;
  return format.replaceAll(FIELD, (whole, name?: string, items?: string, conversion?: string, spec?: string) => {
    if (whole === '{{' || whole === '}}') return whole.charAt(0);
    run.spend(FIELD_STEPS);
    if (name === undefined) throw new TemplateFault('value', 'a format is not well formed');
    const base = name === '' ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : keywords?.get(name);
    if (base === undefined) throw new TemplateFault('value', 'a value of the format is missing');
    const written = formatValue(run, converted(run, itemAt(base, items ?? ''), conversion), spec ?? '');
    run.makeText(written.length);
    return written;
  });
}

/** `!r` and `!s`. */
function converted(run: Run, value: unknown, conversion: string | undefined): unknown {
  if (conversion === undefined) return value;
  return conversion === 's' ? pythonText(value, run) : pythonRepr(value, run);
}

function itemAt(base: unknown, items: string): unknown {
  let value = base;
  for (const [, key = ''] of items.matchAll(/\[([^\]]*)\]/g)) {
    const index = Number(key);
    if (isMapping(value)) value = mappingGet(value, key);
    else
      value = Array.isArray(value)
        ? (value[index] as unknown)
        : value instanceof PyTuple
          ? value.items[index]
          : undefined;
    if (value === undefined) throw new TemplateFault('value', 'a value of the format is missing');
  }
  return value;
}

/** Python's `format(value, spec)`. */
export function formatValue(run: Run, value: unknown, spec: string): string {
  defined(value);
  if (spec === '') return pythonText(value, run);
  if (value instanceof PyDatetime || value instanceof PyDate) return writtenTime(run, value.instant, spec);
  const match = SPEC.exec(spec);
  if (!match) throw new TemplateFault('value', 'a format specification is not known');
  return bySpecification(run, value, match);
}

function bySpecification(run: Run, value: unknown, match: RegExpExecArray): string {
  const [, fill = ' ', align, sign = '', zero, width = '', group, precision, type] = match;
  const isNumeric = isNumber(value);
  const body = isNumeric ? numberBody(run, value, { sign, group, precision, type }) : textBody(value, precision, type);
  const size = Number(width || 0);
  run.makeText(Math.max(size, body.length));
  const side = align ?? (isNumeric ? '>' : '<');
  return zero && align === undefined ? signAware(body, size, '0') : aligned(body, size, fill, side);
}

function aligned(body: string, size: number, fill: string, side: string): string {
  if (side === '=') return signAware(body, size, fill);
  if (side === '>') return body.padStart(size, fill);
  if (side === '<') return body.padEnd(size, fill);
  return body.padStart(body.length + Math.floor(Math.max(0, size - body.length) / 2), fill).padEnd(size, fill);
}

function signAware(body: string, size: number, fill: string): string {
  const sign = /^[+\- ]/.exec(body)?.[0] ?? '';
  return sign + body.slice(sign.length).padStart(size - sign.length, fill);
}

function textBody(value: unknown, precision: string | undefined, type: string | undefined): string {
  if (typeof value !== 'string') throw new TemplateFault('type', 'a value does not take a format specification');
  if (type !== undefined && type !== 's') throw new TemplateFault('value', 'a text does not take this format');
  return value.slice(0, precision === undefined ? undefined : Number(precision));
}

interface NumberFormat {
  readonly sign: string;
  readonly group: string | undefined;
  readonly precision: string | undefined;
  readonly type: string | undefined;
}

function numberBody(run: Run, value: unknown, { sign, group, precision, type }: NumberFormat): string {
  const flags = sign === '-' ? '' : sign;
  const digits = precision === undefined ? '' : `.${precision}`;
  if (type === undefined && precision === undefined) {
    const text = pythonText(value, run);
    return grouped(run, text.startsWith('-') ? text : flags + text, group);
  }
  if (type === '%') return `${printf(run, `%${flags}${digits}f`, scaledToPercent(run, value))}%`;
  if (type === 'b') throw new TemplateFault('value', 'binary formats are not supported');
  return grouped(
    run,
    printf(run, `%${flags}${digits}${type === 'n' || type === undefined ? 'g' : type}`, value),
    group,
  );
}

function scaledToPercent(run: Run, value: unknown): number {
  return Number(printf(run, '%.17g', value)) * 100;
}

function grouped(run: Run, text: string, group: string | undefined): string {
  if (group === undefined) return text;
  // Each place is looked at together with all digits behind it.
  run.spend(text.length ** 2 / 256);
  const [whole = '', ...rest] = text.split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, group), ...rest].join('.');
}
