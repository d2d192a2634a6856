import { isDeepStrictEqual } from 'node:util';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { RequestParts } from '../model/request.ts';
import { isJsonObject } from '../model/is-json-object.ts';

type Fields = Readonly<Record<string, Json>>;

/**
 * One set of parts from many, as the CDK combines them: a name that comes twice is an error, also with equal values; only in a JSON
 * body may equal values meet, and objects are merged into each other. A body that is a text stands alone. The last path
 * counts. Throws `ConnectorError('configuration')` that names the field.
 */
export function mergeParts(all: readonly RequestParts[]): RequestParts {
  const params = mergeFlat(
    'query parameter',
    all.map((part) => part.params),
  );
  const headers = mergeFlat(
    'header',
    all.map((part) => part.headers),
  );
  const bodyData = mergeData(all.map((part) => part.bodyData));
  const bodyJson = all.reduce<JsonObject>((whole, part) => mergeDeep(whole, part.bodyJson ?? {}, []), {});
  const path = all.findLast((part) => part.path !== undefined)?.path;
  if (hasBody(bodyData) && Object.keys(bodyJson).length > 0) {
    throw new ConnectorError(
      'configuration',
      'A request has both a form or text body and a JSON body; use one of them.',
    );
  }
  return {
    ...(params && { params }),
    ...(headers && { headers }),
    ...(hasBody(bodyData) && { bodyData }),
    ...(Object.keys(bodyJson).length > 0 && { bodyJson }),
    ...(path !== undefined && { path }),
  };
}

const hasBody = (data: Fields | string | undefined): data is Fields | string =>
  typeof data === 'string' || (data !== undefined && Object.keys(data).length > 0);

const doubled = (what: string, name: string): ConnectorError =>
  new ConnectorError(
    'configuration',
    `The ${what} "${name}" is set by two components of the manifest; each may be set once.`,
  );

function mergeFlat(what: string, all: readonly (Fields | undefined)[]): Fields | undefined {
  const given = all.filter((fields) => fields !== undefined && Object.keys(fields).length > 0);
  if (given.length < 2) return given[0];
  const whole = new Map<string, Json>();
  for (const [name, value] of given.flatMap((fields) => Object.entries(fields ?? {}))) {
    if (whole.has(name)) throw doubled(what, name);
    whole.set(name, value);
  }
  return Object.fromEntries(whole);
}

function mergeData(all: readonly (Fields | string | undefined)[]): Fields | string | undefined {
  const given = all.filter(hasBody);
  const text = given.find((data) => typeof data === 'string');
  if (text === undefined)
    return mergeFlat(
      'body field',
      given.filter((data) => typeof data !== 'string'),
    );
  if (given.length > 1) {
    throw new ConnectorError(
      'configuration',
      'A request body that is a text cannot be combined with other body fields.',
    );
  }
  return text;
}

function mergeDeep(whole: JsonObject, added: JsonObject, path: readonly string[]): JsonObject {
  const merged = new Map(Object.entries(whole));
  for (const [name, value] of Object.entries(added)) {
    const before = merged.get(name);
    if (isJsonObject(before) && isJsonObject(value)) merged.set(name, mergeDeep(before, value, [...path, name]));
    else if (!merged.has(name)) merged.set(name, value);
    else if (!isDeepStrictEqual(before, value)) throw doubled('body field', [...path, name].join('.'));
  }
  return Object.fromEntries(merged);
}
