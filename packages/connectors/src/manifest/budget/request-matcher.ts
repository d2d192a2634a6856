import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { pythonRegex } from '../requests/python-regex.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** What matchers look at; values that are secrets are not among the fields. */
export interface MatchedRequest {
  readonly method: string;
  readonly url: URL;
  readonly params: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface RequestMatcher {
  readonly weight: number;
  matches(request: MatchedRequest): boolean;
}

/** An `HttpRequestRegexMatcher`: everything that it names must fit. Throws `ConnectorError('configuration')`. */
export function requestMatcher(definition: Component, build: Pick<Build, 'config' | 'ctx'>): RequestMatcher {
  const { method, url_base: base, url_path_pattern: pattern } = definition;
  const wantedMethod = isSaid(method) ? method.toUpperCase() : undefined;
  const wantedBase = isSaid(base) ? base.replace(/\/+$/, '') : undefined;
  const regex = isSaid(pattern) ? pythonRegex(pattern) : undefined;
  const params = textsOf(definition['params']);
  const headers = textsOf(definition['headers']).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    weight: weightOf(definition, build),
    matches: (request) =>
      (wantedMethod === undefined || request.method === wantedMethod) &&
      (wantedBase === undefined || request.url.origin === wantedBase) &&
      (regex === undefined || regex.matcher(request.url.pathname.replace(/\/+$/, '')).find()) &&
      params.every(([name, value]) => request.params.get(name) === value) &&
      headers.every(([name, value]) => request.headers.get(name) === value),
  };
}

const isSaid = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

const textsOf = (fields: Json | undefined): readonly (readonly [string, string])[] =>
  isJsonObject(fields) ? Object.entries(fields).map(([name, value]) => [name, pythonText(value)] as const) : [];

function weightOf(definition: Component, build: Pick<Build, 'config' | 'ctx'>): number {
  const { weight: given = 1 } = definition;
  const value =
    typeof given === 'string' ? interpolatedString(given).evaluate(templateContext(build, definition)) : given;
  const weight = Number(value ?? 1);
  if (!Number.isInteger(weight) || weight < 1) {
    throw new ConnectorError(
      'configuration',
      'The `weight` of a request matcher must come to a whole number from 1 up.',
    );
  }
  return weight;
}
