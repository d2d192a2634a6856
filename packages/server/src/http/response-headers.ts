import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers of every answer: nothing of the API is a page, a script or something to keep. A route that serves pages sets
 * its own policy over these.
 */
export function securityHeaders(publicUrl: string | undefined): Readonly<Record<string, string>> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    // Browsers ignore it over plain HTTP, where it would be a lie.
    ...(publicUrl?.startsWith('https://')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
}

/** Everything that an answer says beside its body and that browsers would keep from a page of another origin. */
const exposed = [
  'etag',
  'link',
  'location',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'warning',
  'x-error-code',
  'x-request-id',
  'x-search-strategy',
].join(', ');
const accepted =
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, x-api-key, x-request-id';

/** Headers for a page of another origin: only for origins that the operator names, and never with cookies. */
export function crossOriginHeaders(
  origins: readonly string[],
  headers: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposed,
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'origin',
  };
}

/** The answer to a browser's question before a request across origins; undefined when it is none, or not allowed. */
export function preflightHeaders(
  origins: readonly string[],
  method: string,
  headers: IncomingHttpHeaders,
): Readonly<Record<string, string>> | undefined {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
  const allowed = crossOriginHeaders(origins, headers);
  if (!('access-control-allow-origin' in allowed)) return undefined;
  return {
    ...allowed,
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': accepted,
    'access-control-max-age': '600',
  };
}
