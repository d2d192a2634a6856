import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestParts } from '../model/request.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { templateContext } from '../interpolation/template-context.ts';

export interface RequestOption {
  /** The same parts with `value` at the option's place; a value that is there already is replaced. */
  add(parts: RequestParts, value: Json): RequestParts;
}

type Place = 'params' | 'headers' | 'bodyData' | 'bodyJson';

const PLACES: Readonly<Record<string, Place>> = {
  request_parameter: 'params',
  header: 'headers',
  body_data: 'bodyData',
  body_json: 'bodyJson',
};

/**
 * Where the value of a component goes in a request (`RequestOption`), or that it is the whole path or URL (`RequestPath`).
 * Names may be templates of `config` and `parameters`. Throws `ConnectorError('configuration')` when the definition cannot be.
 */
export function requestOption(definition: Component, build: Build): RequestOption {
  if (definition.type === 'RequestPath') return { add: (parts, value) => ({ ...parts, path: pythonText(value) }) };
  const { inject_into: into } = definition;
  const place = typeof into === 'string' && Object.hasOwn(PLACES, into) ? PLACES[into] : undefined;
  if (!place) throw wrong(`\`inject_into\` is none of ${Object.keys(PLACES).join(', ')}`);
  const path = pathOf(definition, place).map((name) =>
    interpolatedText(name).evaluate(templateContext(build, definition)),
  );
  const [first = ''] = path;
  return {
    add(parts, value) {
      if (place === 'bodyJson') return { ...parts, bodyJson: withField(parts.bodyJson ?? {}, path, value) };
      const before = parts[place];
      if (typeof before === 'string') throw wrong(`it adds the field "${first}" to a body that is a text`);
      return { ...parts, [place]: { ...before, [first]: value } };
    },
  };
}

function pathOf({ field_name: name, field_path: path }: Component, place: Place): readonly string[] {
  if (Array.isArray(path) && typeof name !== 'string') {
    if (place !== 'bodyJson') throw wrong('`field_path` is for `body_json` only; use `field_name`');
    if (path.length > 0) return path.map(String);
  }
  // A `field_path` beside it may come from the parameters of an extractor around it, which older manifests hand down.
  if (typeof name === 'string' && (!Array.isArray(path) || place !== 'bodyJson')) return [name];
  throw wrong('it needs either `field_name` or `field_path`');
}

function withField(object: JsonObject, [name = '', ...rest]: readonly string[], value: Json): JsonObject {
  if (rest.length === 0) return { ...object, [name]: value };
  const inner = object[name];
  return { ...object, [name]: withField(isJsonObject(inner) ? inner : {}, rest, value) };
}

const wrong = (why: string): ConnectorError =>
  new ConnectorError('configuration', `A RequestOption of the manifest cannot be used: ${why}.`);
