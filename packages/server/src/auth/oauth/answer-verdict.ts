import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { snippet } from '@tributary/connectors/kit/redact-text';
import { errors } from '../../errors.ts';
import { unreachable } from '../../lib/asserts.ts';
import { rateLimited } from './provider-http.ts';

/**
 * Words for a client that is wrong; RFC 6749 §5.2 first, then what vendors say instead. `access_denied` is what Auth0, and so
 * Atlassian, says at the token endpoint of a wrong secret.
 */
const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'access_denied',
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

/** The first of the names that holds a word. */
function wordAt(body: unknown, names: readonly string[]): string | undefined {
  return isObject(body) ? names.map((name) => word(body[name])).find((found) => found !== undefined) : undefined;
}

/** The error's code wherever vendors put it: `error`, `error.code`, `errors[0].code`, `code`, `status`, `ECODE`. */
function errorCode(body: JsonObject, status: number): string | undefined {
  const { error, errors: list } = body;
  if (isObject(error)) return wordAt(error, ['code', 'type', 'message']) ?? 'error';
  const plain = word(error);
  if (plain !== undefined) return plain;
  if (status < 300) return body['ok'] === false ? 'error' : undefined;
  return (
    wordAt(Array.isArray(list) ? list[0] : undefined, ['code']) ?? wordAt(body, ['code', 'status', 'ECODE', 'err'])
  );
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
export function judgedAnswer(answer: HttpResponse, judge: Judge): JsonObject {
  const { status } = answer;
  const body = answerObject(answer);
  if (body === undefined) {
    if (status < 300) throw failure('fault', judge, 'its answer is no JSON object');
    throw failure(kindOf(judge, status, undefined), judge, `it answered ${status}`);
  }
  const code = errorCode(body, status);
  if (code === undefined && status < 300) return body;
  const description = wordAt(body, ['error_description', 'message', 'error_message', 'err']);
  const words = [code, description].filter((part) => part !== undefined).join(': ');
  throw failure(
    kindOf(judge, status, code),
    judge,
    words === '' ? `it answered ${status}` : snippet(words, judge.secrets),
  );
}

type Failure = 'grant' | 'client' | 'passing' | 'limit' | 'fault';

function kindOf({ provider }: Judge, status: number, code = ''): Failure {
  const { refusals = [] } = provider;
  const refused = refusals.some((one) => one.status === status && (one.error ?? code) === code);
  if (refused || code === 'invalid_grant') return 'grant';
  if (LIMIT_ERRORS.has(code)) return 'limit';
  if (PASSING_ERRORS.has(code)) return 'passing';
  return CLIENT_ERRORS.has(code) ? 'client' : 'fault';
}

function failure(kind: Failure, { provider: { id: provider } }: Judge, reason: string): Error {
  switch (kind) {
    case 'grant':
      return errors.oauth_grant_refused({ provider, reason });
    case 'client':
      return errors.oauth_client_refused({ provider, reason });
    case 'passing':
      return errors.oauth_provider_unreachable({ provider, reason });
    case 'limit':
      return rateLimited(provider);
    case 'fault':
      return errors.oauth_provider_failed({ provider, reason });
    default:
      return unreachable(kind);
  }
}
