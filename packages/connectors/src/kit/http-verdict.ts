import { errors } from 'undici';
import { ConnectorError } from './connector-error.ts';
import type { HttpRequest } from './http-client.ts';
import { bodyText } from './http-response.ts';
import type { ReceivedAnswer } from './http-response.ts';
import { snippet } from './redact-text.ts';
import { askedDelayMs } from './retry-delay.ts';

/** What follows from one try that brought no answer. `afterMs` is what the source asked for, when it did. */
export type Refusal =
  | { readonly type: 'retry'; readonly afterMs: number | undefined; readonly error: ConnectorError }
  | { readonly type: 'fail'; readonly error: ConnectorError; readonly unauthorized?: true };

/** The request as it is spoken of in errors: URL redacted, with the secrets that must not appear in a snippet. */
export interface Spoken {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** What a source that says "too many" without saying until when is given, once patience is used up. */
const UNSAID_PAUSE_MS = 60_000;
/** Methods that may be sent twice (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export const methodOf = (request: HttpRequest): string =>
  request.method ?? (request.json === undefined ? 'GET' : 'POST');

const mayRepeat = (request: HttpRequest): boolean => request.idempotent ?? IDEMPOTENT.has(methodOf(request));

/** An answer that the caller takes as it is. */
export function isWanted(status: number, { accept }: HttpRequest): boolean {
  return (status >= 200 && status < 300) || accept === 'all' || (accept?.includes(status) ?? false);
}

/**
 * GitHub and others refuse with 403 when a limit is used up, and say so in the headers; of GitHub's secondary limits only
 * the words may tell.
 */
const isRateLimit = (answer: ReceivedAnswer): boolean =>
  answer.status === 429 ||
  (answer.status === 403 &&
    (answer.headers['retry-after'] !== undefined ||
      answer.headers['x-ratelimit-remaining'] === '0' ||
      /\brate limit|abuse detection/i.test(bodyText(answer).slice(0, 2_000))));

/** A limit that the headers do not count, since by them something is left: how long it lasts is not said. */
const isUncounted = ({ headers }: ReceivedAnswer): boolean =>
  headers['retry-after'] === undefined && Number(headers['x-ratelimit-remaining'] ?? '0') > 0;

function refused(status: number, { url }: Spoken): Refusal {
  const error = new ConnectorError('credential', `${url} refused the credential (${status}).`);
  return { type: 'fail', error, ...(status === 401 && { unauthorized: true }) };
}

/** Judges an unwanted answer by its status (RFC 9110 §15). 429 and 503 were not processed, so any method may be repeated. */
export function judgeAnswer(answer: ReceivedAnswer, request: HttpRequest, spoken: Spoken, now: number): Refusal {
  const { status } = answer;
  if (isRateLimit(answer)) {
    const afterMs = isUncounted(answer) ? UNSAID_PAUSE_MS : askedDelayMs(answer.headers, now);
    const retryAfterMs = afterMs ?? UNSAID_PAUSE_MS;
    const error = new ConnectorError('rate_limited', `${spoken.url} says: too many requests.`, { retryAfterMs });
    return { type: 'retry', afterMs, error };
  }
  if (status === 401 || status === 403) return refused(status, spoken);
  const said = snippet(bodyText(answer), spoken.secrets);
  const words = `${spoken.url} answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 503) {
    const afterMs = askedDelayMs(answer.headers, now);
    const options = afterMs === undefined ? {} : { retryAfterMs: afterMs };
    return { type: 'retry', afterMs, error: new ConnectorError('unavailable', words, options) };
  }
  if (status >= 500 || status === 408) return retryOrFail(request, new ConnectorError('unavailable', words));
  return { type: 'fail', error: new ConnectorError('invalid_answer', words) };
}

/** Judges a fault on the way: network, timeout, broken body. Only our own words and Node's error codes are shown. */
export function judgeFault(error: unknown, request: HttpRequest, spoken: Spoken): Refusal {
  if (error instanceof ConnectorError) {
    return error.reason === 'unavailable' ? retryOrFail(request, error) : { type: 'fail', error };
  }
  if (error instanceof errors.InvalidArgumentError) {
    const words = `The request to ${spoken.url} cannot be sent: a header or its method is not valid.`;
    return { type: 'fail', error: new ConnectorError('configuration', words) };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const timedOut = (error instanceof Error && error.name === 'TimeoutError') || code.endsWith('_TIMEOUT');
  const why = timedOut ? 'took too long' : 'broke off';
  const words = `${spoken.url} ${why}${/^[A-Z_0-9]+$/.test(code) ? ` (${code})` : ''}.`;
  return retryOrFail(request, new ConnectorError('unavailable', words, { cause: error }));
}

function retryOrFail(request: HttpRequest, error: ConnectorError): Refusal {
  return mayRepeat(request) ? { type: 'retry', afterMs: undefined, error } : { type: 'fail', error };
}
