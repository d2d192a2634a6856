import { ConnectorError } from '../../kit/connector-error.ts';
import { FRAMING_HEADERS } from '../../kit/framing-headers.ts';
import type { HttpRequest, QueryValue } from '../../kit/http-client.ts';
import type { Json } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { RequestParts } from '../model/request.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/** Wraps a text that holds a secret; others come back as they are. */
export type Guard = (text: string) => string | Secret;

export interface RequestTarget {
  readonly method: NonNullable<HttpRequest['method']>;
  readonly url: URL;
}

type Fields = Readonly<Record<string, Json>>;

/**
 * The request for the HTTP client, which hands every answer back. A parameter that the URL has already with the same value is not added again;
 * `null` is left out, a list makes its name come several times, other values are text as Python writes them. Throws
 * `ConnectorError('configuration')` when a parameter is an object.
 */
export function composeRequest(target: RequestTarget, parts: RequestParts, guard: Guard): HttpRequest {
  const { method, url } = target;
  const query = queryOf(url, parts.params ?? {}, guard);
  const body = bodyOf(parts);
  const headers = { ...body.headers, ...headersOf(parts.headers ?? {}, guard) };
  const hidden = [...hiddenInUrl(url, guard), ...hiddenIn(body.texts, guard)];
  return {
    method,
    url,
    ...(Object.keys(query).length > 0 && { query }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(body.body !== undefined && { body: body.body }),
    ...(hidden.length > 0 && { hidden }),
    accept: 'all',
    // Sources are read only, so that asking twice does no harm.
    idempotent: true,
  };
}

/** The texts of a field: none for `null`, one for each member of a list. */
export function fieldTexts(value: Json): readonly string[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.filter((one) => one !== null).map((one) => pythonText(one));
  return [pythonText(value)];
}

function queryOf(url: URL, params: Fields, guard: Guard): Record<string, readonly QueryValue[]> {
  const query: Record<string, readonly QueryValue[]> = {};
  for (const [name, value] of Object.entries(params)) {
    if (isJsonObject(value)) {
      throw new ConnectorError(
        'configuration',
        `The query parameter "${name}" is an object; it must be a text or a list.`,
      );
    }
    const texts = fieldTexts(value);
    const before = url.searchParams.getAll(name);
    if (texts.length === 0 || (texts.length === 1 && before[0] === texts[0])) continue;
    query[name] = [...before, ...texts].map(guard);
  }
  return query;
}

function headersOf(fields: Fields, guard: Guard): Record<string, string | Secret> {
  const headers: Record<string, string | Secret> = {};
  for (const [name, value] of Object.entries(fields)) {
    // Some manifests set headers that are the HTTP client's own matter.
    if (value !== null && !FRAMING_HEADERS.has(name.toLowerCase())) headers[name] = guard(pythonText(value));
  }
  return headers;
}

interface Body {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where secrets may stand in it. */
  readonly texts: readonly string[];
}

function bodyOf({ bodyData, bodyJson }: RequestParts): Body {
  if (typeof bodyData === 'string') return bodyData === '' ? { texts: [] } : { body: bodyData, texts: [bodyData] };
  if (bodyData && Object.keys(bodyData).length > 0) {
    const form = formOf(bodyData);
    return {
      body: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      texts: [...form.values()],
    };
  }
  if (!bodyJson || Object.keys(bodyJson).length === 0) return { texts: [] };
  const body = JSON.stringify(bodyJson);
  return { body, headers: { 'content-type': 'application/json' }, texts: textsIn(bodyJson) };
}

/** Form fields as they are sent; lists make their name come several times. */
function formOf(fields: Fields): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const text of fieldTexts(value)) form.append(name, text);
  return form;
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const hiddenIn = (texts: readonly string[], guard: Guard): readonly Secret[] =>
  texts.map(guard).filter((text) => text instanceof Secret);

const hiddenInUrl = (url: URL, guard: Guard): readonly Secret[] =>
  hiddenIn([...url.pathname.split('/').flatMap(decoded), ...url.searchParams.values()], guard);

/** A piece of a path as it is written, and as it was meant. */
function decoded(piece: string): readonly string[] {
  try {
    return [piece, decodeURIComponent(piece)];
  } catch {
    return [piece];
  }
}
