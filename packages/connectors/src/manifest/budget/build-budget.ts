import { ConnectorError } from '../../kit/connector-error.ts';
import type { HttpRequest } from '../../kit/http-client.ts';
import type { Json } from '../../kit/json.ts';
import { LONGEST_WAIT_MS } from '../../kit/rate-budget.ts';
import { parseDuration } from '../datetime/duration.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { HttpBudget } from '../model/request.ts';
import { componentsOf } from '../requests/components-of.ts';
import type { CallPolicy } from './call-policy.ts';
import { fixedWindowPolicy } from './fixed-window-policy.ts';
import { matchedRequest } from './matched-request.ts';
import { movingWindowPolicy } from './moving-window-policy.ts';
import { requestMatcher } from './request-matcher.ts';
import type { RequestMatcher } from './request-matcher.ts';
import { resetTime } from './reset-time.ts';
import { templateContext } from '../interpolation/template-context.ts';

type Ground = Pick<Build, 'config' | 'ctx'>;

interface MatchedPolicy {
  readonly matchers: readonly RequestMatcher[];
  readonly policy: CallPolicy;
}

const UNBOUNDED: HttpBudget = { admit: () => Promise.resolve(), observe: () => undefined };
const UNLIMITED: CallPolicy = { most: Infinity, take: () => 0, observe: () => undefined };

/**
 * The budget of an opened manifest (`HTTPAPIBudget`), without bound when there is none. The first policy that matches a request counts
 * it. Throws `ConnectorError('configuration')`.
 */
export function buildBudget(definition: Component | undefined, build: Ground): HttpBudget {
  if (!definition) return UNBOUNDED;
  const { clock, signal } = build.ctx;
  const policies = componentsOf(definition['policies']).map((one) => buildPolicy(one, build));
  const remaining = nameOf(definition['ratelimit_remaining_header'], 'ratelimit-remaining');
  const reset = nameOf(definition['ratelimit_reset_header'], 'ratelimit-reset');
  const { status_codes_for_ratelimit_hit: codes } = definition;
  const hits = new Set(Array.isArray(codes) ? codes.map(Number) : [429]);

  const find = (request: HttpRequest) => {
    const matched = matchedRequest(request);
    for (const { matchers, policy } of policies) {
      const matcher = matchers.find((one) => one.matches(matched));
      if (matcher || matchers.length === 0) return { policy, weight: matcher?.weight ?? 1 };
    }
    return undefined;
  };
  return {
    async admit(request) {
      const found = find(request);
      if (!found) return;
      for (;;) {
        const wait = found.policy.take(clock.now(), found.weight);
        if (wait === 0) return;
        if (wait > LONGEST_WAIT_MS) {
          throw new ConnectorError('rate_limited', 'The calls that the API takes are used up (HTTPAPIBudget).', {
            retryAfterMs: wait,
          });
        }
        await clock.sleep(wait, signal);
      }
    },
    observe(request, { status, headers }) {
      const left = Number.parseInt(headers[remaining] ?? '', 10);
      const now = clock.now();
      const known = Number.isNaN(left) ? (hits.has(status) ? 0 : undefined) : left;
      const resetAt = resetTime(headers[reset], now);
      if (known !== undefined || resetAt !== undefined) find(request)?.policy.observe(now, known, resetAt);
    },
  };
}

function buildPolicy(definition: Component, build: Ground): MatchedPolicy {
  const matchers = componentsOf(definition['matchers']).map((one) => requestMatcher(one, build));
  const policy = policyOf(definition, build);
  if (matchers.some(({ weight }) => weight > policy.most)) {
    throw new ConnectorError(
      'configuration',
      'A request matcher of the `api_budget` weighs more than its policy allows.',
    );
  }
  return { matchers, policy };
}

function policyOf(definition: Component, build: Ground): CallPolicy {
  switch (definition.type) {
    case 'UnlimitedCallRatePolicy':
      return UNLIMITED;
    case 'FixedWindowCallRatePolicy': {
      const limit = limitOf(definition['call_limit'], definition, build);
      return fixedWindowPolicy({ limit, periodMs: millisOf(definition['period']), now: build.ctx.clock.now() });
    }
    case 'MovingWindowCallRatePolicy':
      return movingWindowPolicy(
        componentsOf(definition['rates']).map((rate) => ({
          limit: limitOf(rate['limit'], definition, build),
          intervalMs: millisOf(rate['interval']),
        })),
      );
    default:
      throw new ConnectorError('configuration', `The \`api_budget\` has the unknown policy ${definition.type}.`);
  }
}

const nameOf = (given: Json | undefined, usual: string): string =>
  (typeof given === 'string' && given !== '' ? given : usual).toLowerCase();

function limitOf(given: Json | undefined, definition: Component, build: Ground): number {
  const value =
    typeof given === 'string' ? interpolatedString(given).evaluate(templateContext(build, definition)) : given;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new ConnectorError('configuration', 'A limit of the `api_budget` does not come to a whole number from 1 up.');
  }
  return limit;
}

/** Months are taken as 30 days; no API counts calls by the calendar. */
function millisOf(given: Json | undefined): number {
  const { months, micros } = parseDuration(typeof given === 'string' ? given : '');
  return Math.max(1, months * 30 * 86_400_000 + micros / 1000);
}
