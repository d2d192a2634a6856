/** Why a value has no canonical JSON. */
export type CanonicalJsonProblem = 'too_deep' | 'too_large';

/** A value that cannot be written within the limits. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
  readonly problem: CanonicalJsonProblem;

  constructor(problem: CanonicalJsonProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Deeper values are cycles or attacks; databases and browsers that read the text again stop at similar depths. */
const MAX_DEPTH = 200;

export interface CanonicalJsonLimits {
  /** Longest text in UTF-16 code units. */
  readonly maxLength: number;
}

type Members = Readonly<Record<string, unknown>>;

const NO_LIMITS: CanonicalJsonLimits = { maxLength: Number.POSITIVE_INFINITY };

/**
 * One text for one value (RFC 8785): members sorted by the UTF-16 code units of their names, numbers as ECMAScript
 * writes them, no white space. Beyond JSON: undefined, functions and symbols are left out (null inside arrays); NaN and
 * infinities are null; a BigInt becomes a string of digits, since numbers would lose some; a Date is ISO 8601 (null when
 * invalid); bytes are base64; other objects go through their `toJSON`; lone surrogates become U+FFFD; NUL stays, escaped.
 * Throws `CanonicalJsonError` beyond 200 levels or `maxLength`; never for what a string holds.
 */
export function canonicalJson(value: unknown, limits: CanonicalJsonLimits = NO_LIMITS): string {
  const text = write(value, 0, limits.maxLength) ?? 'null';
  if (text.length > limits.maxLength) throw tooLarge(limits.maxLength);
  return text;
}

/** `undefined` means that JSON has no place for the value. */
function write(value: unknown, depth: number, maxLength: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'object':
      return value === null ? 'null' : writeObject(value, depth, maxLength);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function writeObject(value: object, depth: number, maxLength: number): string | undefined {
  if (depth >= MAX_DEPTH) {
    throw new CanonicalJsonError('too_deep', `The record is nested more than ${MAX_DEPTH} levels deep.`);
  }
  if (Object.getPrototypeOf(value) === Object.prototype) return writeMembers(value as Members, depth, maxLength);
  if (Array.isArray(value)) return writeArray(value, depth, maxLength);
  return writeSpecial(value, depth, maxLength);
}

function writeSpecial(value: object, depth: number, maxLength: number): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : `"${value.toISOString()}"`;
  if (value instanceof Uint8Array) {
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return write(toJSON.call(value), depth + 1, maxLength);
  return writeMembers(value as Members, depth, maxLength);
}

function writeArray(items: readonly unknown[], depth: number, maxLength: number): string {
  let out = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) out += ',';
    out += write(items[index], depth + 1, maxLength) ?? 'null';
    if (out.length > maxLength) throw tooLarge(maxLength);
  }
  return `${out}]`;
}

function writeMembers(value: Members, depth: number, maxLength: number): string {
  const { sorted, quoted } = shapeOf(Object.keys(value), depth);
  let out = '';
  for (let index = 0; index < sorted.length; index++) {
    const written = write(value[sorted[index] as string], depth + 1, maxLength);
    if (written === undefined) continue;
    out += (out === '' ? '{' : ',') + (quoted[index] as string) + written;
    if (out.length > maxLength) throw tooLarge(maxLength);
  }
  return out === '' ? '{}' : `${out}}`;
}

/** The names of an object as it has them, in canonical order, and that order written (`"name":`). */
interface Shape {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  readonly quoted: readonly string[];
}

/** Larger shapes hardly repeat and are not worth the memory. */
const MAX_KEPT_NAMES = 500;
const MAX_KEPT_NAME_LENGTH = 100;
/** The last shape at each depth: rows of one table mostly look alike, and comparing names is cheaper than sorting them. */
const lastShapes: (Shape | undefined)[] = [];

function shapeOf(names: readonly string[], depth: number): Shape {
  const last = lastShapes[depth];
  if (last && last.names.length === names.length && areEqual(last.names, names)) return last;
  // The default order is by UTF-16 code units, as RFC 8785 §3.2.3 asks.
  const sorted = names.toSorted();
  const shape = { names, sorted, quoted: sorted.map((name) => `${quote(name)}:`) };
  const isSmall = names.length <= MAX_KEPT_NAMES && names.every((name) => name.length <= MAX_KEPT_NAME_LENGTH);
  if (isSmall) lastShapes[depth] = shape;
  return shape;
}

function quote(text: string): string {
  // One-byte texts are known to be well formed without a look at them.
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

function tooLarge(maxLength: number): CanonicalJsonError {
  return new CanonicalJsonError('too_large', `The record is larger than ${maxLength} characters.`);
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}
