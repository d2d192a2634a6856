import type { Json } from '../../kit/json.ts';
import { invalidBody } from './invalid-body.ts';
import type { BodyOrigin } from './invalid-body.ts';

/**
 * The bodies that a JSON text holds, as the CDK's `JsonParser` sees them: the elements of a list, or the object. An empty
 * text, an empty list and `null` are one empty object. Throws `ConnectorError('invalid_answer')` for what is no JSON, and for
 * a lone text, number or boolean.
 */
export function parseJsonBody(text: string, origin: BodyOrigin): readonly Json[] {
  if (/^\s*$/.test(text)) return [{}];
  const parsed = parse(text, origin);
  if (Array.isArray(parsed)) return parsed.length > 0 ? (parsed as readonly Json[]) : [{}];
  if (parsed === null) return [{}];
  if (typeof parsed !== 'object') throw invalidBody(origin, `it is a lone ${typeof parsed}, no object or list`, text);
  return [parsed];
}

function parse(text: string, origin: BodyOrigin): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The parser's own message quotes the body, which may hold a secret; it is not kept as the cause.
    const isCut = /^\s*[[{]/.test(text);
    throw invalidBody(origin, isCut ? 'it is no whole JSON; it may be cut off' : 'it is no JSON', text);
  }
}
