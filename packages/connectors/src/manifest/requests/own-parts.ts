import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedNested, interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestParts, RequestPartsProvider, RequestPlace } from '../model/request.ts';
import type { TemplateContext } from '../model/template.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { queryProperties } from './query-properties-value.ts';
import { fieldInputs, headerInputs } from './request-inputs.ts';
import { requestContext } from './template-context.ts';
import { templateContext } from '../interpolation/template-context.ts';

type Evaluate = (context: TemplateContext, place: RequestPlace) => RequestParts;

/**
 * What an `HttpRequester` itself says of a request: `request_parameters`, `request_headers`, `request_body` in each of its kinds and
 * the older `request_body_data` and `request_body_json`. Throws `ConnectorError('configuration')`.
 */
export function ownParts(definition: Component, build: Build): RequestPartsProvider {
  const fixed = templateContext(build, definition);
  const evaluators = [
    ...paramsOf(definition['request_parameters']),
    ...headersOf(definition['request_headers']),
    ...bodyOf(definition),
  ];
  if (evaluators.length === 0) return { parts: () => ({}) };
  return {
    parts(place) {
      const context = requestContext(fixed, place);
      return Object.assign({}, ...evaluators.map((evaluate) => evaluate(context, place))) as RequestParts;
    },
  };
}

function paramsOf(given: Json | undefined): readonly Evaluate[] {
  if (typeof given === 'string') {
    const text = interpolatedString(given, { default: '' });
    return [(context) => ({ params: fieldsOfText(text.evaluate(context)) })];
  }
  if (!isJsonObject(given)) return [];
  // The value of a query properties component comes with the slice, chunk by chunk.
  const properties = Object.entries(given).filter(
    ([, value]) => isJsonObject(value) && value['type'] === 'QueryProperties',
  );
  const plain = Object.fromEntries(Object.entries(given).filter((entry) => !properties.includes(entry)));
  const evaluate = fieldInputs(plain);
  const names = properties.map(([name]) => name);
  return [
    (context, place) => ({
      params: {
        ...evaluate(context),
        ...Object.fromEntries(names.map((name) => [name, queryProperties(place)])),
      },
    }),
  ];
}

/** A text that renders to a mapping gives its members; any other is read as a query string. */
function fieldsOfText(value: unknown): Readonly<Record<string, Json>> {
  if (isJsonObject(value)) return withoutNull(value);
  const fields = new Map<string, string[]>();
  for (const [name, text] of new URLSearchParams(pythonText(value ?? '').replace(/^\?/, ''))) {
    fields.set(name, [...(fields.get(name) ?? []), text]);
  }
  return Object.fromEntries([...fields].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]));
}

function headersOf(given: Json | undefined): readonly Evaluate[] {
  if (isJsonObject(given)) {
    const evaluate = headerInputs(given);
    return [(context) => ({ headers: evaluate(context) })];
  }
  if (typeof given !== 'string') return [];
  const text = interpolatedString(given, { default: '' });
  return [
    (context) => {
      const value = text.evaluate(context);
      return isJsonObject(value) ? { headers: withoutNull(value) } : {};
    },
  ];
}

function bodyOf(definition: Component): readonly Evaluate[] {
  const { request_body: body, request_body_data: data, request_body_json: json } = definition;
  if (isJsonObject(body)) return [newBody(body)];
  return [...(hasSaid(data) ? [dataBody(data)] : []), ...(hasSaid(json) ? [jsonBody(json)] : [])];
}

const hasSaid = (given: Json | undefined): given is string | JsonObject =>
  (typeof given === 'string' && given !== '') || isJsonObject(given);

function newBody({ type: given, value = null }: JsonObject): Evaluate {
  const type = typeof given === 'string' ? given : '';
  switch (type) {
    case 'RequestBodyPlainText': {
      const text = interpolatedString(pythonText(value), { default: '', validTypes: ['string'] });
      return (context) => ({ bodyData: pythonText(text.evaluate(context)) });
    }
    case 'RequestBodyUrlEncodedForm':
      return dataBody(value);
    case 'RequestBodyJsonObject':
    case 'RequestBodyGraphQL':
      return jsonBody(value);
    default:
      throw new ConnectorError('configuration', `The \`request_body\` of a requester has the unknown type ${type}.`);
  }
}

function dataBody(given: Json): Evaluate {
  if (isJsonObject(given)) {
    const evaluate = fieldInputs(given);
    return (context) => ({ bodyData: evaluate(context) });
  }
  const text = interpolatedString(pythonText(given), { default: '' });
  return (context) => {
    const value = text.evaluate(context);
    return { bodyData: isJsonObject(value) ? withoutNull(value) : pythonText(value) };
  };
}

function jsonBody(given: Json): Evaluate {
  const nested = interpolatedNested(given);
  return (context) => {
    const value = nested.evaluate(context);
    const body = typeof value === 'string' ? parsed(value) : value;
    return isJsonObject(body) ? { bodyJson: body } : {};
  };
}

/** A text in JSON that is no Python literal (`true`, `null`). */
function parsed(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ConnectorError('configuration', 'The `request_body_json` of a requester does not render to an object.');
  }
}

const withoutNull = (fields: JsonObject): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
