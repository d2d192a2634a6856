import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { snippet } from '@tributary/connectors/kit/redact-text';
import { errors } from '../../errors.ts';
import { rateLimited } from './provider-http.ts';

/** Words for a client that is wrong; RFC 6749 §5.2 first, then what vendors say instead. */
const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'redirect_uri_mismatch',
  'incorrect_client_credentials',
  'invalid_client_id',
  'invalid_client_secret',
  'bad_client_secret',
  'bad_redirect_uri',
]);
/** RFC 6749 §4.1.2.1, which some token endpoints use too: nothing is wrong but the moment. */
const PASSING_ERRORS = new Set(['server_error', 'temporarily_unavailable', 'internal_error', 'fatal_error']);
const LIMIT_ERRORS = new Set(['ratelimited', 'rate_limited', 'rate_limit_exceeded', 'slow_down', 'too_many_requests']);

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The body as an object: JSON, or the form that some answer with (GitHub without `Accept`); `undefined` when it is neither. */
export function answerObject(answer: HttpResponse): JsonObject | undefined {
  const text = answer.text();
  if (/^application\/x-www-form-urlencoded\b/i.test(answer.headers['content-type'] ?? '')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The error's code wherever vendors put it: `error`, `error.code`, `errors[0].code`, `code`, `status`, `ECODE`. */
function errorCode(body: JsonObject, status: number): string | undefined {
  const { error, errors: list } = body;
  if (word(error) !== undefined) return word(error);
  if (isObject(error)) return word(error['code']) ?? word(error['type']) ?? word(error['message']) ?? 'error';
  if (status < 400) return body['ok'] === false ? 'error' : undefined;
  const first = Array.isArray(list) ? list[0] : undefined;
  const inner = isObject(first) ? word(first['code']) : undefined;
  return inner ?? word(body['code']) ?? word(body['status']) ?? word(body['ECODE']) ?? word(body['err']);
}

function description(body: JsonObject): string {
  const said =
    word(body['error_description']) ?? word(body['message']) ?? word(body['error_message']) ?? word(body['err']);
  return said ?? '';
}

export interface Judge {
  readonly provider: Pick<OAuth2Provider, 'id' | 'refusals'>;
  /** What must not be quoted: everything secret that the request held. */
  readonly secrets: readonly string[];
}

/**
 * The answer's object, once it is no error. `invalid_grant` means the same with 200, 400, 401 and 403, and so does what the
 * provider's `refusals` name: `oauth_grant_refused`. Others are `oauth_client_refused`, `oauth_provider_unreachable`,
 * `source_rate_limited` and `oauth_provider_failed`.
 */
export function judgedAnswer(answer: HttpResponse, { provider, secrets }: Judge): JsonObject {
  const { id } = provider;
  const { status } = answer;
  const body = answerObject(answer);
  const code = body && errorCode(body, status);
  if (body && code === undefined && status < 300) return body;
  const words = [code, body && description(body)].filter((part) => part !== undefined && part !== '').join(': ');
  const said = snippet(words, secrets);
  const reason = said === '' ? `it answered ${status}` : said;
  if (code === 'invalid_grant' || isRefusal(provider, status, code)) {
    throw errors.oauth_grant_refused({ provider: id, reason });
  }
  if (code !== undefined && LIMIT_ERRORS.has(code)) throw rateLimited(id);
  if (code !== undefined && PASSING_ERRORS.has(code)) throw errors.oauth_provider_unreachable({ provider: id, reason });
  if (code !== undefined && CLIENT_ERRORS.has(code)) throw errors.oauth_client_refused({ provider: id, reason });
  if (body === undefined && status < 300) {
    throw errors.oauth_provider_failed({ provider: id, reason: 'its answer is no JSON object' });
  }
  throw errors.oauth_provider_failed({ provider: id, reason });
}

function isRefusal({ refusals = [] }: Judge['provider'], status: number, code: string | undefined): boolean {
  return refusals.some((one) => one.status === status && (one.error === undefined || one.error === code));
}
