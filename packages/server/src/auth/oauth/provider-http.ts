import { isIP } from 'node:net';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Clock, Logger } from '@tributary/connectors/kit/context';
import { createHttpClient } from '@tributary/connectors/kit/guarded-http-client';
import type { HttpClientOptions } from '@tributary/connectors/kit/guarded-http-client';
import type { HttpRequest, HttpResponse } from '@tributary/connectors/kit/http-client';
import { createNetworkGuard, lookupAll } from '@tributary/connectors/kit/network-guard';
import type { Lookup, NetworkPolicy } from '@tributary/connectors/kit/network-guard';
import { askedDelayMs } from '@tributary/connectors/kit/retry-delay';
import { errors } from '../../errors.ts';

export interface ProviderHttpOptions {
  readonly policy: NetworkPolicy;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lookup?: Lookup;
  readonly timeouts?: HttpClientOptions['timeouts'];
}

/** One request to an authorization server: one try, no redirect followed, an answer of at most 1 MB. */
export interface ProviderHttp {
  /**
   * Resolves with the answer of any status but those that ask to come again. Throws `source_rate_limited` (429, and 403 that
   * says when), `oauth_provider_unreachable` (408, 5xx, network, time), `oauth_provider_failed` (a redirect, too large) and
   * `host_access_refused`.
   */
  send(provider: string, request: HttpRequest): Promise<HttpResponse>;
  /** Throws `host_access_refused` for plain HTTP to anything but a private address that the operator allows. */
  check(provider: string, url: URL): Promise<void>;
  close(): Promise<void>;
}

const MOST_BYTES = 1024 * 1024;
/** What a provider that says "too many" without saying until when is given. */
const UNSAID_PAUSE_MS = 60_000;
const TIMEOUTS = { connectMs: 10_000, headersMs: 20_000, idleMs: 10_000, totalMs: 30_000 };

const bareHost = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** Which addresses are public, whatever the operator allows. */
function publicAddresses(lookup: Lookup): (address: string) => Promise<boolean> {
  const strict = createNetworkGuard({ allow: [] }, { lookup });
  return async (address) =>
    strict.resolve(address).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ConnectorError && error.reason === 'refused') return false;
        throw error;
      },
    );
}

/** A resolver that gives private addresses only: secrets must not cross the internet in the clear (RFC 6749 §3.2). */
function privateOnly(lookup: Lookup): Lookup {
  const isPublic = publicAddresses(lookup);
  return async (host) => {
    const answers = isIP(host) === 0 ? await lookup(host) : [{ address: host, family: isIP(host) }];
    for (const { address } of answers) {
      if (!(await isPublic(address))) continue;
      throw new ConnectorError(
        'refused',
        `http://${host} is not encrypted and leads to a public address; use https: there.`,
      );
    }
    return answers;
  };
}

/** The guarded client as authorization servers are asked through it. */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const { policy, clock, log, lookup = lookupAll } = options;
  const onlyPrivate = privateOnly(lookup);
  const guard = createNetworkGuard(policy, { lookup });
  const shared = {
    policy,
    clock,
    log,
    // One client serves all tenants; the limits are those of the providers, who say so by 429.
    limits: { requestsPerMinute: 60_000, concurrency: 64 },
    timeouts: { ...TIMEOUTS, ...options.timeouts },
  };
  const secure = createHttpClient({ ...shared, lookup });
  const plain = createHttpClient({ ...shared, lookup: onlyPrivate });

  async function checked(url: URL): Promise<void> {
    guard.checkUrl(url);
    if (url.protocol !== 'http:') return;
    await onlyPrivate(bareHost(url));
    // A name may lead to a private address that is not among the allowed ones.
    await guard.resolve(bareHost(url));
  }

  return {
    check: (provider, url) => checked(url).catch((error: unknown) => fail(provider, error)),
    async send(provider, request) {
      const url = new URL(request.url);
      const client = url.protocol === 'http:' ? plain : secure;
      const wanted = { ...request, accept: 'all', redirects: 'answer', maxBytes: MOST_BYTES } as const;
      const answer = await checked(url)
        .then(() => client.request(wanted))
        .catch((error: unknown) => fail(provider, error));
      return judged(provider, answer, clock.now());
    },
    async close() {
      await Promise.all([secure.close(), plain.close()]);
    },
  };
}

function judged(provider: string, answer: HttpResponse, now: number): HttpResponse {
  const { status, headers } = answer;
  // GitHub says with 403 that a limit is used up.
  const usedUp = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  if (status === 429 || (status === 403 && usedUp)) {
    throw rateLimited(provider, askedDelayMs(headers, now));
  }
  if (status === 408 || status >= 500) {
    throw unreachable(provider, `it answered ${status}`, askedDelayMs(headers, now));
  }
  if (status >= 300 && status < 400) {
    throw errors.oauth_provider_failed({ provider, reason: 'it redirects, which is not followed with credentials' });
  }
  return answer;
}

function unreachable(provider: string, reason: string, afterMs: number | undefined): Error {
  const after = afterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(afterMs / 1000) };
  return errors.oauth_provider_unreachable({ provider, reason, ...after });
}

/** The error for a provider that asks to wait so many milliseconds; a minute when it does not say. */
export function rateLimited(provider: string, afterMs: number = UNSAID_PAUSE_MS): Error {
  return errors.source_rate_limited({ shortName: provider, retryAfterSeconds: Math.ceil(afterMs / 1000) });
}

/** The kit's errors in the words of the catalogue. Their causes stay behind: nobody needs them, and they quote what was sent. */
function fail(provider: string, error: unknown): never {
  if (!(error instanceof ConnectorError)) throw error;
  const { reason, message, retryAfterMs } = error;
  if (reason === 'refused') throw errors.host_access_refused({ reason: message });
  if (reason === 'rate_limited') throw rateLimited(provider, retryAfterMs);
  if (reason === 'unavailable') throw unreachable(provider, message, retryAfterMs);
  throw errors.oauth_provider_failed({ provider, reason: message });
}
