import { ConnectorError } from '../kit/connector-error.ts';
import type { Clock } from '../kit/context.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../kit/http-client.ts';
import { httpResponse } from '../kit/http-response.ts';
import type { ReceivedAnswer } from '../kit/http-response.ts';
import { isWanted, judgeAnswer } from '../kit/http-verdict.ts';
import { redactUrl } from '../kit/redact-text.ts';
import type { Secret } from '../kit/secret.ts';
import { bodyBytes, type Exchange } from './exchange.ts';
import { ExchangeBook } from './exchange-book.ts';
import { asked } from './recording-client.ts';
import { redactRequest } from './redact-exchange.ts';
import { secretCleaner } from './secret-spellings.ts';

export interface ReplayOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Secrets of the configuration that is played with. */
  readonly secrets: readonly string[];
}

export interface ReplayingClient extends HttpClient {
  /** Questions so far, as they are written down. */
  readonly questions: readonly Exchange['request'][];
  /** Those of them for which nothing was recorded. */
  readonly unknown: readonly string[];
  /** Exchanges that were never asked for. */
  readonly unused: readonly Exchange[];
}

const MOST_TRIES = 5;
const LONGEST_SHOWN = 200;

/**
 * HTTP that answers from what was recorded, and reaches nobody. What the caller does not `accept` becomes the same `ConnectorError` as at a
 * source, after the same tries. A question without an answer throws `ConnectorError('configuration')` that names it.
 */
export function replayingClient(exchanges: readonly Exchange[], options: ReplayOptions): ReplayingClient {
  const book = new ExchangeBook(exchanges);
  const cleaner = secretCleaner(options.secrets);
  const questions: Exchange['request'][] = [];
  const unknown: string[] = [];

  const answerOnce = (request: HttpRequest): ReceivedAnswer => {
    options.signal.throwIfAborted();
    request.signal?.throwIfAborted();
    const question = redactRequest(asked(request), cleaner);
    questions.push(question);
    const { method, url, body } = question;
    const found = book.answer({ method, url: new URL(url), body: bodyBytes(body) });
    if (found) return { status: found.status, headers: withType(found), url, body: bodyBytes(found.body) };
    unknown.push(wordsOf(question));
    throw new ConnectorError(
      'configuration',
      `Nothing was recorded for ${wordsOf(question)}${knownBeside(question, exchanges)} If the question is right, record again.`,
    );
  };

  const ask = async (request: HttpRequest): Promise<ReceivedAnswer> => {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const header = await headerOf(request);
      const answer = answerOnce(request);
      if (isWanted(answer.status, request)) return answer;
      const spoken = { url: redactUrl(new URL(answer.url)), secrets: options.secrets };
      const verdict = judgeAnswer(answer, request, spoken, options.clock.now());
      if (verdict.type === 'retry') {
        if (attempt >= MOST_TRIES) throw verdict.error;
        await options.clock.sleep(verdict.afterMs ?? 0, options.signal);
      } else if (renewed || !verdict.unauthorized || !header || !(await request.authorization?.renew(header)))
        throw verdict.error;
      else renewed = true;
    }
  };

  return {
    questions,
    unknown,
    get unused() {
      return book.unused;
    },
    request: async (request) => whole(await ask(request), options),
    async open(request) {
      const answer = await ask(request);
      const { earlyBytes } = request;
      return {
        status: answer.status,
        headers: answer.headers,
        url: answer.url,
        ...(earlyBytes !== undefined && answer.body.length <= earlyBytes && { early: whole(answer, options) }),
        body: piecesOf(answer.body),
        whole: () => Promise.resolve(whole(answer, options)),
        cancel: () => undefined,
      };
    },
  };
}

const whole = (answer: ReceivedAnswer, { secrets }: ReplayOptions): HttpResponse =>
  httpResponse(answer, redactUrl(new URL(answer.url)), secrets);

async function* piecesOf(body: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (body.length > 0) yield body;
}

/** The authorization is asked as for a real source, so that its own failures are seen. */
async function headerOf(request: HttpRequest): Promise<Secret | undefined> {
  if (!request.authorization) return undefined;
  const { method, url } = asked(request);
  return request.authorization.header({ method, url: new URL(url) });
}

function withType({ headers, body }: Exchange['response']): Readonly<Record<string, string>> {
  const isJson = typeof body === 'object' && 'json' in body;
  return { ...(isJson && { 'content-type': 'application/json' }), ...headers };
}

/** The question for people; secrets were taken out of it. */
function wordsOf({ method, url, body }: Exchange['request']): string {
  const sent = body === undefined ? '' : ` with ${bodyBytes(body).toString('utf8')}`;
  return `${method} ${decoded(url)}${sent.length > LONGEST_SHOWN ? `${sent.slice(0, LONGEST_SHOWN)}…` : sent}`;
}

const decoded = (url: string): string => {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
};

/** What was recorded for the same path, since the query is what mostly differs. */
function knownBeside({ method, url }: Exchange['request'], exchanges: readonly Exchange[]): string {
  const { pathname } = new URL(url);
  const beside = exchanges
    .map(({ request }) => ({ request, parsed: new URL(request.url) }))
    .filter(({ request, parsed }) => request.method === method && parsed.pathname === pathname)
    .map(({ parsed }) => (parsed.search === '' ? 'no parameters' : decoded(parsed.search)));
  const [...told] = new Set(beside);
  if (told.length === 0) return '; nothing of that path was recorded.';
  const more = told.length > 3 ? ` and ${told.length - 3} more` : '';
  return `; for that path, this was recorded: ${told.slice(0, 3).join(', ')}${more}.`;
}
