import { ConnectorError } from '../../kit/connector-error.ts';
import type { OwnedHttp } from '../../kit/connection-type.ts';
import { withAdvice } from '../../kit/far-end-error.ts';
import { FarEndGone } from '../../kit/far-end-gone.ts';
import type { HttpRequest, HttpResponse } from '../../kit/http-client.ts';
import { linkSignals } from '../../kit/linked-signal.ts';
import type { WebhookContext } from './fields.ts';

/** A client with the connection's own pool; a call is made once, since whoever notifies tries again by rules of its own. */
export function openPool({ createHttp, settings }: WebhookContext): OwnedHttp {
  return createHttp({
    perHost: settings.connectionPoolMaxConnectionPerHost,
    total: settings.connectionPoolMaxConnectionTotal,
    tries: 1,
  });
}

/** Host and port only: the path of a webhook is often its secret. */
const whereOf = (fullUrl: string): string => new URL(fullUrl).host;

/** The error without the path and query of the URL. */
function withoutPath(error: unknown, fullUrl: string): unknown {
  const { origin, pathname, host } = new URL(fullUrl);
  if (!(error instanceof ConnectorError) || !error.message.includes(origin + pathname)) return error;
  return new ConnectorError(error.reason, `${host} broke off or cannot be spoken to.`, { cause: error.cause });
}

/** One call within the timeout; every status is an answer. Throws `ConnectorError`. */
export async function call(
  http: OwnedHttp,
  { settings, signal }: WebhookContext,
  request: Pick<HttpRequest, 'method' | 'body' | 'query'> & { readonly headers?: Readonly<Record<string, string>> },
): Promise<HttpResponse> {
  const { fullUrl, headerList, timeout } = settings;
  const deadline = linkSignals([signal], timeout * 1_000);
  const headers = Object.fromEntries(headerList.map(({ name, value }) => [name.toLowerCase(), value]));
  const all = { ...request.headers, ...headers };
  try {
    const answer = { accept: 'all', redirects: 'answer', maxBytes: 1_000_000 } as const;
    return await http.request({ url: fullUrl, signal: deadline.signal, ...answer, ...request, headers: all });
  } catch (error) {
    if (deadline.timedOut) {
      const words = `${whereOf(fullUrl)} did not answer within ${timeout} s. Check fullUrl, or raise timeout.`;
      throw new ConnectorError('unavailable', words, { cause: error });
    }
    throw withAdvice(withoutPath(error, fullUrl), 'Check fullUrl.');
  } finally {
    deadline.release();
  }
}

const isOf = (status: number, hundred: number): boolean => Math.floor(status / 100) === hundred;

/** What an answer means; undefined when all is well. Nothing of its body is said: it may repeat what it was sent. */
export function faultOf({ status, headers }: HttpResponse, fullUrl: string): ConnectorError | undefined {
  const where = whereOf(fullUrl);
  if (isOf(status, 2)) return undefined;
  if (isOf(status, 3))
    return new ConnectorError(
      'configuration',
      `${where} redirects (${status}), and redirects are not followed. Give the final address in fullUrl.`,
    );
  if (status === 401 || status === 403 || status === 407)
    return new ConnectorError('credential', `${where} refused the call (${status}). Check headerList.`);
  if (status === 410) return new FarEndGone(`${where} answered 410: it is gone, and wants no more calls.`);
  if (status === 429) {
    const seconds = Number(headers['retry-after']);
    const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : 60_000;
    return new ConnectorError('rate_limited', `${where} says: too many calls. Call it less often.`, { retryAfterMs });
  }
  if (status === 408 || isOf(status, 5))
    return new ConnectorError('unavailable', `${where} answered ${status}. See what is wrong there.`);
  return new ConnectorError('invalid_answer', `${where} answered ${status}. Check fullUrl and httpMethod.`);
}
