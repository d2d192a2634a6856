import { redactText } from '@tributary/connectors/kit/redact-text';
import { Secret } from '@tributary/connectors/kit/secret';

const MARK = '[secret]';
const DEEPEST = 4;
const MOST_ITEMS = 50;

/** Names of fields and headers whose texts are never shown, whatever they hold. */
const SECRET_NAMES =
  /token|secret|passw|api[_-]?key|authorization|cookie|credential|signature|private[_-]?key|session/i;

/** User and password of an address (RFC 3986 §3.2.1); also where a password has characters that it should not have. */
const USER_INFO = /(:\/\/)(?:[^\s/?#"'<>@]*|[^\s"'<>@:/]*:[^\s"'<>@]*)@/g;
/** Values of a query; its names may help. */
const QUERY_VALUE = /([?&][^\s=&#?"'<>]+=)[^\s&#"'<>]+/g;

/** A text that others wrote, for the log: no user info and no query values of addresses, nothing that looks like a credential. */
export function logText(text: string): string {
  return redactText(text.replace(USER_INFO, `$1${MARK}@`).replace(QUERY_VALUE, '$1…'));
}

/**
 * An error for the log: name, code, message and stack of it and of its causes. Other properties stay out, because drivers
 * put rows, headers, sockets and bodies there.
 */
export function describeThrown(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return typeof thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' && /^\w{1,40}$/.test(thrown.code) && thrown.code;
  return {
    name: thrown.name,
    ...(code !== false && { code }),
    message: logText(thrown.message),
    stack: thrown.stack === undefined ? undefined : logText(thrown.stack),
    ...(thrown.cause !== undefined && depth < 3 && { cause: describeThrown(thrown.cause, depth + 1) }),
    ...(thrown instanceof AggregateError &&
      depth < 3 && { errors: thrown.errors.slice(0, 3).map((one: unknown) => describeThrown(one, depth + 1)) }),
  };
}

/** Fields of a log line without secrets: what is no plain value, list or object is named, not shown. */
export function logFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return ofObject(fields, 0);
}

function ofObject(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET_NAMES.test(name) && holdsText(value) ? MARK : ofValue(value, depth),
    ]),
  );
}

const holdsText = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);

function ofValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return logText(value);
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'object' && value !== null ? ofThing(value, depth) : value;
}

function ofThing(value: object, depth: number): unknown {
  if (value instanceof Secret) return MARK;
  if (value instanceof Error) return describeThrown(value);
  if (value instanceof Date || value instanceof URL) return logText(String(value.toJSON()));
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => ofValue(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return ofObject({ ...value }, depth + 1);
  return `[${value.constructor.name}]`;
}
