import type { Json } from '../kit/json.ts';
import { bodyBytes, bodyOf, type Exchange, type RecordedBody } from './exchange.ts';

export interface AskedRequest {
  readonly method: string;
  /** With its query. The host counts only when it is one of those that were recorded. */
  readonly url: URL;
  readonly body: Buffer;
}

interface Entry {
  readonly exchange: Exchange;
  readonly url: URL;
  readonly weight: number;
}

/** A parameter that is recorded with this value may have any; within a value it stands for any text. */
const ANY = '*';

/**
 * Recorded exchanges that answer requests again. A request meets those of its method, path and query (in any order; `*` stands for any
 * value, or any text in one), whose recorded body, if there is one, it has in it. Of several, those that say more go first; they answer in turn, and the
 * last goes on answering.
 */
export class ExchangeBook {
  readonly #entries: readonly Entry[];
  readonly #hosts: ReadonlySet<string>;
  readonly #used = new Set<Exchange>();

  constructor(exchanges: readonly Exchange[]) {
    this.#entries = exchanges
      .map((exchange) => ({ exchange, url: new URL(exchange.request.url), weight: weightOf(exchange) }))
      .toSorted((a, b) => b.weight - a.weight);
    this.#hosts = new Set(this.#entries.map(({ url }) => url.host));
  }

  /** `undefined` when nothing was recorded for the request. */
  answer(asked: AskedRequest): Exchange['response'] | undefined {
    const fitting = this.#entries.filter((entry) => this.#fits(asked, entry));
    const best = fitting.filter(({ weight }) => weight === fitting[0]?.weight);
    const next = best.find(({ exchange }) => !this.#used.has(exchange)) ?? best.at(-1);
    if (!next) return undefined;
    this.#used.add(next.exchange);
    return next.exchange.response;
  }

  /** Those that no request has met. */
  get unused(): readonly Exchange[] {
    return this.#entries.map(({ exchange }) => exchange).filter((exchange) => !this.#used.has(exchange));
  }

  /** Begins again: what was answered counts no more. */
  rewind(): void {
    this.#used.clear();
  }

  #fits({ method, url: asked, body }: AskedRequest, { exchange: { request }, url }: Entry): boolean {
    if (request.method !== method || url.pathname !== asked.pathname) return false;
    if (this.#hosts.has(asked.host) && url.host !== asked.host) return false;
    return sameQuery(url.searchParams, asked.searchParams) && hasBody(bodyOf(body), request.body);
  }
}

/** Fewer parameters with any value, and a longer body, say more. */
function weightOf({ request }: Exchange): number {
  const any = [...new URL(request.url).searchParams.values()].filter((value) => value.includes(ANY)).length;
  return bodyBytes(request.body).length - any * 1_000;
}

function sameQuery(recorded: URLSearchParams, asked: URLSearchParams): boolean {
  const names = new Set([...recorded.keys(), ...asked.keys()]);
  return [...names].every((name) => {
    const [wanted, given] = [recorded.getAll(name), asked.getAll(name)];
    if (wanted.length === 1 && wanted[0] === ANY) return given.length > 0;
    if (wanted.length === 1 && given.length === 1) return fitsPattern(given[0] ?? '', wanted[0] ?? '');
    return wanted.length === given.length && wanted.toSorted().join('\n') === given.toSorted().join('\n');
  });
}

/** Whether the pieces between the `*` of the pattern stand in the text, in their order, the first and last at its ends. */
function fitsPattern(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split(ANY);
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}

function hasBody(asked: RecordedBody | undefined, recorded: RecordedBody | undefined): boolean {
  if (recorded === undefined) return true;
  if (asked === undefined) return false;
  return contains(asked as Json, recorded as Json);
}

/** Whether everything that `part` says is in `whole`; lists are compared as a whole. */
function contains(whole: Json | undefined, part: Json | undefined): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole) !== Array.isArray(part)) return false;
  if (Array.isArray(part) && (whole as readonly Json[]).length !== part.length) return false;
  const members = whole as Readonly<Record<string, Json | undefined>>;
  return Object.entries(part).every(([name, value]) => contains(members[name], value as Json | undefined));
}
