import type { Json, JsonObject } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import { isFalsy } from './is-falsy.ts';
import { isJsonObject } from '../model/is-json-object.ts';

/**
 * The component, and those within it, in the present spelling. It is for after `applyParameters`, which may fill old fields.
 *
 * - `url_base` becomes `url`. A `path` stays beside it, because a relative path of pagination takes its place, and because of
 *   templates: the URL of a request is `path` joined to `url` as Python's `urljoin(url + '/', path)` does, and `url` alone when
 *   there is no `path`. (The Python CDK's migration joins both texts, which it does for its form of editing only.)
 * - `request_body_json` and `request_body_data` become `request_body`, except a `request_body_json` that is a text, which has no
 *   place in the new form.
 * - `fetch_properties_from_endpoint` becomes `query_properties`.
 *
 * Templates of streams are left alone: their mappings name the fields as they are written.
 */
export function renewSpellings(component: Component): Component {
  return renew(component, new Map()) as Component;
}

function renew(value: Json | undefined, done: Map<object, Json>): Json | undefined {
  if (typeof value !== 'object' || value === null) return value;
  const known = done.get(value);
  if (known !== undefined) return known;
  const renewed = isJsonObject(value) ? renewObject(value, done) : renewList(value, done);
  done.set(value, renewed);
  return renewed;
}

function renewList(list: readonly Json[], done: Map<object, Json>): readonly Json[] {
  const renewed = list.map((item) => renew(item, done) as Json);
  return renewed.every((item, index) => item === list[index]) ? list : renewed;
}

function renewObject(value: JsonObject, done: Map<object, Json>): JsonObject {
  if (value['type'] === 'DynamicDeclarativeStream' || value['type'] === 'object') return value;
  const current = value['type'] === 'HttpRequester' ? renewRequester(value) : value;
  const entries = Object.entries(current);
  const renewed = entries.map(
    ([name, member]) => [name, name === '$parameters' ? member : renew(member, done)] as const,
  );
  return renewed.every(([, member], index) => member === entries[index]?.[1]) ? current : Object.fromEntries(renewed);
}

function renewRequester(requester: JsonObject): JsonObject {
  const { url_base, path, request_body_json, request_body_data, fetch_properties_from_endpoint, ...rest } = requester;
  const { url, request_body, query_properties, $parameters } = rest;
  const body = request_body ?? bodyOf(request_body_json, request_body_data, $parameters);
  const properties = query_properties ?? propertiesOf(fetch_properties_from_endpoint, $parameters);
  return {
    ...rest,
    ...without({
      url: isFalsy(url_base) ? url : url_base,
      path: isFalsy(path) ? undefined : path,
      request_body: body,
      request_body_json: body === undefined ? request_body_json : undefined,
      query_properties: properties,
    }),
  };
}

function bodyOf(json: Json | undefined, data: Json | undefined, $parameters: Json | undefined): JsonObject | undefined {
  if (typeof data === 'string' && data !== '')
    return without({ type: 'RequestBodyPlainText', value: data, $parameters });
  if (isJsonObject(data) && !isFalsy(data))
    return without({ type: 'RequestBodyUrlEncodedForm', value: data, $parameters });
  if (isJsonObject(json) && !isFalsy(json)) return without({ type: 'RequestBodyJsonObject', value: json, $parameters });
  return undefined;
}

const propertiesOf = (endpoint: Json | undefined, $parameters: Json | undefined): JsonObject | undefined =>
  isJsonObject(endpoint) ? without({ type: 'QueryProperties', property_list: endpoint, $parameters }) : undefined;

const without = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
