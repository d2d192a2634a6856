import type { LoopbackAnswer, LoopbackRequest } from './loopback-server.ts';

interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly json?: unknown;
  readonly sequence?: readonly { readonly status?: number; readonly json?: unknown }[];
}

interface InOrder {
  readonly mode: 'in-order';
  readonly responses: readonly {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body: unknown;
  }[];
}

/** The recorded answers of a case; made anew for each read. */
export interface CaseAnswers {
  answer(request: LoopbackRequest): LoopbackAnswer;
  /** What was asked without being recorded, and what was recorded and not asked exactly once. */
  complaints(): readonly string[];
}

/** Reads an `http.json`: exchanges by URL, or answers in their order whatever is asked. */
export function caseAnswers(http: unknown): CaseAnswers {
  return Array.isArray(http) ? byUrl(http as readonly Exchange[]) : inOrder(http as InOrder);
}

const text = (body: unknown): string => (body === undefined ? '' : JSON.stringify(body));

function inOrder({ responses }: InOrder): CaseAnswers {
  let next = 0;
  return {
    answer() {
      const given = responses[Math.min(next++, responses.length - 1)];
      return {
        status: given?.status ?? 500,
        ...(given?.headers && { headers: given.headers }),
        body: text(given?.body),
      };
    },
    complaints: () => [],
  };
}

/** Parameters in any order; decoded, as they are written in the cases. */
function partsOf(url: URL): { readonly path: string; readonly params: readonly string[] } {
  const params = url.search
    .slice(1)
    .split('&')
    .filter((one) => one !== '')
    .map((one) => decodeURIComponent(one.replaceAll('+', ' ')));
  return { path: `${url.host}${decodeURIComponent(url.pathname)}`, params: params.toSorted() };
}

function byUrl(exchanges: readonly Exchange[]): CaseAnswers {
  const known = exchanges.map((exchange) => ({ exchange, ...partsOf(new URL(exchange.url)), asked: 0 }));
  const unknown: string[] = [];
  return {
    answer({ method, url }) {
      const { path, params } = partsOf(url);
      const samePath = known.filter((one) => one.path === path && one.exchange.method === method);
      const common = (one: (typeof known)[number]): number =>
        params.filter((param) => one.params.includes(param)).length;
      const exact = samePath.find((one) => one.params.length === params.length && common(one) === params.length);
      // A read that goes on from the middle asks with other cursors: the answer with most in common holds the same records.
      const found = exact ?? samePath.toSorted((a, b) => common(b) - common(a) || a.params.length - b.params.length)[0];
      if (!exact) unknown.push(`${method} ${url.href}`);
      if (!found) return { status: 404, body: '' };
      const { sequence, status, json } = found.exchange;
      const step = sequence?.[Math.min(found.asked, sequence.length - 1)];
      found.asked += 1;
      return { status: step?.status ?? status, body: text(step ? step.json : json) };
    },
    complaints: () => [
      ...unknown.map((one) => `asked what is not recorded: ${one}`),
      ...known
        .filter(({ asked, exchange }) => asked !== 1 && !exchange.sequence)
        .map(({ asked, exchange }) => `asked ${asked} times: ${exchange.url}`),
    ],
  };
}
