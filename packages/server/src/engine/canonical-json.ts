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
  const names = Object.keys(value);
  if (!isSorted(names)) names.sort();
  let out = '';
  for (const name of names) {
    const written = write(value[name], depth + 1, maxLength);
    if (written === undefined) continue;
    out += (out === '' ? '{' : ',') + quoteName(name) + written;
    if (out.length > maxLength) throw tooLarge(maxLength);
  }
  return out === '' ? '{}' : `${out}}`;
}

/** Rows of one table mostly come with their members in one order; looking is cheaper than sorting. */
function isSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] as string) > (names[index] as string)) return false;
  }
  return true;
}

/** Names repeat from row to row; so many of them are kept quoted. */
const MAX_NAMES = 5_000;
const quotedNames = new Map<string, string>();

/** `"name":` */
function quoteName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = `${quote(name)}:`;
  if (quotedNames.size < MAX_NAMES && name.length <= 100) quotedNames.set(name, quoted);
  return quoted;
}

// Characters that `JSON.stringify` would escape, and surrogates, which may be lone.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/;
/** Beyond this length the built-in writer is faster than looking for characters that need care. */
const LONG_TEXT = 48;

function quote(text: string): string {
  if (text.length < LONG_TEXT && !NEEDS_CARE.test(text)) return `"${text}"`;
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

function tooLarge(maxLength: number): CanonicalJsonError {
  return new CanonicalJsonError('too_large', `The record is larger than ${maxLength} characters.`);
}
