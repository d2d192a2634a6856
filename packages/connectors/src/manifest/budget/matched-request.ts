import type { HttpRequest } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';
import type { MatchedRequest } from './request-matcher.ts';

/** A request as matchers see it: the first value of a repeated parameter, and no secrets. */
export function matchedRequest({ method = 'GET', url, query = {}, headers = {} }: HttpRequest): MatchedRequest {
  const whole = new URL(url);
  const params = new Map(whole.searchParams);
  for (const [name, given] of Object.entries(query)) {
    const [value] = Array.isArray(given) ? given : [given];
    if (value !== undefined && !(value instanceof Secret)) params.set(name, String(value));
  }
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    value instanceof Secret ? [] : [[name.toLowerCase(), value] as const],
  );
  return { method, url: whole, params, headers: new Map(plain) };
}
