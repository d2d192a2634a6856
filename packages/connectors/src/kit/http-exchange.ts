import type { Readable } from 'node:stream';
import type { Agent } from 'undici';
import type { TlsSettings } from './context.ts';
import { ACCEPT_ENCODING, collectBody } from './http-body.ts';
import { ConnectorError } from './connector-error.ts';
import type { HttpRequest, QueryValue } from './http-client.ts';
import type { ReceivedAnswer } from './http-response.ts';
import { methodOf } from './http-verdict.ts';
import { FRAMING_HEADERS } from './framing-headers.ts';
import type { NetworkGuard } from './network-guard.ts';
import { Secret } from './secret.ts';

export interface HttpTimeouts {
  /** From the request's last byte to the answer's headers. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** One try from beginning to end, redirects included. */
  readonly totalMs: number;
}

export interface Exchange {
  readonly agents: { of(tls: TlsSettings | undefined): Agent };
  readonly guard: NetworkGuard;
  readonly timeouts: HttpTimeouts;
  readonly userAgent: string;
}

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body: string | Uint8Array | undefined;
  readonly follows: boolean;
  readonly tls?: TlsSettings;
}

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const CREDENTIAL_HEADERS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-auth-token',
]);

const isList = (given: QueryValue | readonly QueryValue[]): given is readonly QueryValue[] => Array.isArray(given);

/** The URL with its query. Throws `ConnectorError('configuration')`. */
function requestUrl(request: HttpRequest): URL {
  const url = URL.parse(String(request.url));
  if (!url) throw new ConnectorError('configuration', 'The URL of a request is not valid.');
  if (url.username !== '' || url.password !== '') {
    throw new ConnectorError(
      'configuration',
      'A URL must not hold a user name or password; put them into the credential.',
    );
  }
  url.hash = '';
  for (const [name, given] of Object.entries(request.query ?? {})) {
    if (given === undefined) continue;
    const values = isList(given) ? given : [given];
    url.searchParams.delete(name);
    for (const value of values) {
      url.searchParams.append(name, value instanceof Secret ? value.reveal() : String(value));
    }
  }
  return url;
}

/** The first hop of a request: query added, header names in lower case, JSON written. Throws `ConnectorError('configuration')`. */
export function firstHop(request: HttpRequest): Hop {
  const headers: Record<string, string | Secret> = { 'accept-encoding': ACCEPT_ENCODING };
  if (request.json !== undefined)
    Object.assign(headers, { 'content-type': 'application/json', accept: 'application/json' });
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  const framing = Object.keys(headers).find((name) => FRAMING_HEADERS.has(name));
  if (framing !== undefined) throw new ConnectorError('configuration', `The header ${framing} must not be set.`);
  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  const { tls } = request;
  const follows = request.redirects !== 'answer' && tls === undefined;
  return { url: requestUrl(request), method: methodOf(request), headers, body, follows, ...(tls && { tls }) };
}

/** The hop that a redirect asks for (RFC 9110 §15.4); credentials never cross to another origin. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.url.href);
  if (!url) throw new ConnectorError('invalid_answer', 'The source redirects to something that is not a URL.');
  url.username = '';
  url.password = '';
  const toGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  const foreign = url.origin !== hop.url.origin;
  if (foreign && hop.body !== undefined && !toGet) {
    throw new ConnectorError(
      'invalid_answer',
      `The source redirects a ${hop.method} to another host, ${url.host}; use that host's address.`,
    );
  }
  const kept = Object.entries(hop.headers).filter(
    ([name, value]) =>
      !(foreign && (value instanceof Secret || CREDENTIAL_HEADERS.has(name))) &&
      !(toGet && name.startsWith('content-')),
  );
  return {
    url,
    method: toGet ? 'GET' : hop.method,
    headers: Object.fromEntries(kept),
    body: toGet ? undefined : hop.body,
    follows: true,
  };
}

const revealed = (headers: Hop['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );

/** An answer whose head has come, and whose body is still to be taken. */
export interface OpenAnswer extends Omit<ReceivedAnswer, 'body'> {
  readonly body: Readable;
  /** Codings of the body; empty when there is none to undo. */
  readonly encoding: string;
}

async function send(exchange: Exchange, hop: Hop, signal: AbortSignal): Promise<OpenAnswer> {
  exchange.guard.checkUrl(hop.url);
  const { statusCode, headers, body } = await exchange.agents.of(hop.tls).request({
    origin: hop.url.origin,
    path: `${hop.url.pathname}${hop.url.search}`,
    method: hop.method,
    headers: { 'user-agent': exchange.userAgent, ...revealed(hop.headers) },
    body: hop.body ?? null,
    headersTimeout: exchange.timeouts.headersMs,
    bodyTimeout: exchange.timeouts.idleMs,
    signal,
  });
  const plain = flat(headers);
  const encoding =
    hop.method === 'HEAD' || statusCode === 204 || statusCode === 304 ? '' : (plain['content-encoding'] ?? '');
  return { status: statusCode, headers: plain, url: hop.url.href, body, encoding };
}

/** One try up to the head of the answer: the request and the redirects that it meets, every hop checked by the guard. */
export async function openOnce(
  exchange: Exchange,
  first: Hop,
  maxBytes: number,
  signal: AbortSignal,
): Promise<OpenAnswer> {
  let hop = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await send(exchange, hop, signal);
    const { location } = answer.headers;
    if (!hop.follows || !REDIRECTS.has(answer.status) || location === undefined) return answer;
    // A redirect's body is read, within the cap, so that its connection can serve the next hop.
    await collectBody(answer.body, answer.encoding, maxBytes);
    hop = nextHop(hop, answer.status, location);
  }
  throw new ConnectorError('invalid_answer', `The source redirects more than ${MOST_REDIRECTS} times.`);
}

/** The answer with its body as a whole. */
export async function received({ body, encoding, ...head }: OpenAnswer, maxBytes: number): Promise<ReceivedAnswer> {
  return { ...head, body: await collectBody(body, encoding, maxBytes) };
}
