import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { parseDuration } from '../datetime/duration.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { MatchedRequest } from '../budget/request-matcher.ts';
import type { TemplateContext } from '../model/template.ts';
import { componentOf, componentsOf } from '../requests/components-of.ts';
import { composeRequest, fieldTexts } from '../requests/compose-request.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { renderedText } from '../requests/rendered-text.ts';
import { headerInputs } from '../requests/request-inputs.ts';
import type { Authenticator, UnsignedRequest } from './authenticator.ts';
import { quotaPool } from './quota-pool.ts';
import type { Quota, QuotaPool } from './quota-pool.ts';
import { TokenRotation } from './token-rotation.ts';
import type { RotatedToken } from './token-rotation.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** Rotations of an opened manifest by their definitions: streams share the quotas of tokens. */
const rotations = new WeakMap<Build, Map<string, Rotation>>();

interface Rotation {
  readonly pools: readonly QuotaPool[];
  readonly tokens: TokenRotation;
}

/**
 * Asks with one of several tokens, each within its quota (`RateLimitedMultipleTokenAuthenticator`). Throws
 * `ConnectorError('configuration')`.
 */
export function rateLimitedAuthenticator(definition: Component, build: Build): Authenticator {
  const { pools, tokens } = sharedRotation(definition, build);
  const context = templateContext(build, definition);
  const header = renderedText(definition['header'], context) ?? 'Authorization';
  const method = renderedText(definition['auth_method'], context) ?? 'Bearer';
  const used = new WeakMap<UnsignedRequest, RotatedToken>();
  const poolOf = (request: UnsignedRequest): QuotaPool | undefined => {
    const matched = matchedRequest(request);
    return pools.find(({ matchers }) => matchers.length === 0 || matchers.some((one) => one.matches(matched)));
  };
  return {
    async authenticate(request) {
      const token = await tokens.take(poolOf(request));
      used.set(request, token);
      return { parts: { headers: { [header]: `${method} ${token.text}`.trim() } }, secrets: [token.text] };
    },
    observe(request, response) {
      const [token, pool] = [used.get(request), poolOf(request)];
      if (!token) return false;
      const quota = pool && token.quotas?.get(pool);
      if (quota) pool.correct(quota, response, build.ctx.clock.now());
      const isSpent = quota ? quota.remaining <= 0 : response.status === 429;
      return response.status >= 400 && isSpent && tokens.rotate(token, pool);
    },
  };
}

function sharedRotation(definition: Component, build: Build): Rotation {
  const known = rotations.get(build) ?? new Map<string, Rotation>();
  rotations.set(build, known);
  const key = JSON.stringify(definition);
  const rotation = known.get(key) ?? createRotation(definition, build);
  known.set(key, rotation);
  return rotation;
}

function createRotation(definition: Component, build: Build): Rotation {
  const context = templateContext(build, definition);
  const pools = componentsOf(definition['quotas']).map((one) => quotaPool(one, build));
  const tokens: RotatedToken[] = tokensOf(definition, context).map((text) => ({ text, quotas: undefined }));
  const wait = parseDuration(renderedText(definition['max_wait_time'], context) ?? 'PT2H');
  const refresh = async (): Promise<void> => {
    for (const token of tokens) token.quotas = await askQuotas(definition, build, token.text, pools);
  };
  const rotation = new TokenRotation({
    tokens,
    clock: build.ctx.clock,
    signal: build.ctx.signal,
    longestWaitMs: wait.months * 30 * 86_400_000 + wait.micros / 1000,
    reserveFraction: numberOr(definition['budget_reserve_fraction'], 0.1),
    leastReserve: numberOr(definition['budget_min_reserve'], 50),
    refresh,
  });
  return { pools, tokens: rotation };
}

const numberOr = (given: Json | undefined, usual: number): number => (typeof given === 'number' ? given : usual);

function tokensOf(definition: Component, context: TemplateContext): readonly string[] {
  const { tokens: given, token_delimiter: delimiter } = definition;
  const texts = Array.isArray(given)
    ? given.map((one: Json) => renderedText(one, context) ?? '')
    : (renderedText(given, context) ?? '').split(typeof delimiter === 'string' && delimiter !== '' ? delimiter : ',');
  const tokens = [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))];
  if (tokens.length > 0) return tokens;
  throw new ConnectorError(
    'configuration',
    'RateLimitedMultipleTokenAuthenticator: there is no token; check the settings.',
  );
}

async function askQuotas(
  definition: Component,
  build: Build,
  token: string,
  pools: readonly QuotaPool[],
): Promise<ReadonlyMap<QuotaPool, Quota> | undefined> {
  const source = componentOf(definition['quota_status_source']) ?? { type: 'QuotaStatusSource' };
  const context = templateContext(build, { ...source, $parameters: definition.$parameters ?? {} });
  const url = URL.parse(renderedText(source['url'], context) ?? '');
  if (!url)
    throw new ConnectorError(
      'configuration',
      'RateLimitedMultipleTokenAuthenticator: the URL of the quotas is not valid.',
    );
  const { request_headers: headers, unavailable_status_codes: codes, http_method: method } = source;
  const name = renderedText(definition['header'], context) ?? 'Authorization';
  const prefix = renderedText(definition['auth_method'], context) ?? 'Bearer';
  const parts = {
    headers: {
      ...(isJsonObject(headers) && headerInputs(headers)(context)),
      [name]: `${prefix} ${token}`.trim(),
    },
  };
  const guard = (text: string): string | Secret => (text.includes(token) ? new Secret(text) : build.guard(text));
  const unavailable = Array.isArray(codes) ? codes.map(Number) : [];
  const request = composeRequest({ method: method === 'POST' ? 'POST' : 'GET', url }, parts, guard);
  // The client's own rules for failures are good here: this request has no error handler.
  const response = await build.ctx.http.request({ ...request, accept: unavailable });
  if (unavailable.includes(response.status)) return undefined;
  const status = response.json();
  return new Map(
    pools.map((pool) => {
      const quota = pool.read(status, build.ctx.clock.now());
      if (quota) return [pool, quota] as const;
      throw new ConnectorError(
        'invalid_answer',
        `RateLimitedMultipleTokenAuthenticator: the quotas of the source do not tell those of "${pool.name}".`,
      );
    }),
  );
}

function matchedRequest({ method, url, parts }: UnsignedRequest): MatchedRequest {
  const params = new Map(url.searchParams);
  for (const [name, value] of Object.entries(parts.params ?? {})) params.set(name, fieldTexts(value)[0] ?? '');
  const headers = Object.entries(parts.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), fieldTexts(value)[0] ?? ''] as const,
  );
  return { method, url, params, headers: new Map(headers) };
}
