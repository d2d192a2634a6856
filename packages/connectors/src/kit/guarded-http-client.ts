import { Agent } from 'undici';
import type { Authorization } from './authorization.ts';
import { ConnectorError } from './connector-error.ts';
import type { Clock, Logger, TlsSettings } from './context.ts';
import { openSocket } from './guarded-connect.ts';
import type { HttpClient, HttpRequest, HttpResponse, HttpStreamedResponse } from './http-client.ts';
import { firstHop, openOnce, received } from './http-exchange.ts';
import type { Exchange, Hop, HttpTimeouts, OpenAnswer } from './http-exchange.ts';
import { httpResponse } from './http-response.ts';
import { begin, streamedResponse } from './http-stream.ts';
import { isWanted, judgeAnswer, judgeFault, methodOf } from './http-verdict.ts';
import type { Refusal, Spoken } from './http-verdict.ts';
import { linkSignals } from './linked-signal.ts';
import type { LinkedSignal } from './linked-signal.ts';
import { createNetworkGuard } from './network-guard.ts';
import type { GuardOptions, NetworkGuard, NetworkPolicy } from './network-guard.ts';
import { createRateBudget, LONGEST_WAIT_MS } from './rate-budget.ts';
import type { RateBudget, RateLimits } from './rate-budget.ts';
import { plainSecrets, redactUrl } from './redact-text.ts';
import { jitteredDelayMs } from './retry-delay.ts';
import { Secret } from './secret.ts';

export interface HttpClientOptions extends GuardOptions {
  readonly policy: NetworkPolicy;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly userAgent?: string;
  /** Numbers in [0, 1) for the jitter. */
  readonly random?: () => number;
  /** Share one among all clients that read the same account; made from `limits` when it is not given. */
  readonly budget?: RateBudget;
  /** Ends every request of this client; a request's own signal ends that request. */
  readonly signal?: AbortSignal;
  /** Sockets that are kept to one host; 16 when absent. */
  readonly perHost?: number;
  /** How often a request is sent at most; 5 when absent. */
  readonly tries?: number;
  readonly timeouts?: Partial<HttpTimeouts> & { readonly connectMs?: number };
}

export interface GuardedHttpClient extends HttpClient {
  /** Closes the kept connections. */
  close(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 50 * 1024 * 1024;
const MOST_TRIES = 5;
const PER_HOST = 16;
const BACKOFF = { firstMs: 500, maxMs: LONGEST_WAIT_MS };
const TIMEOUTS: HttpTimeouts = { headersMs: 60_000, idleMs: 30_000, totalMs: 300_000 };

function guardedAgent(
  guard: NetworkGuard,
  perHost: number,
  connectMs: number | undefined,
  tls: TlsSettings = {},
): Agent {
  return new Agent({
    allowH2: false,
    connections: perHost,
    connect: (target, callback) => {
      const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
      const secure = target.protocol === 'https:';
      const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port);
      const options = { ...(connectMs !== undefined && { timeoutMs: connectMs }), alpn: ['http/1.1'] };
      openSocket(guard, { host, port, ...(secure && { tls }) }, options).then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  });
}

/** One agent for requests without TLS settings of their own, and one for each of these, so that sockets never meet. */
class Agents {
  readonly #byTls = new Map<TlsSettings | undefined, Agent>();
  readonly #make: (tls: TlsSettings | undefined) => Agent;

  constructor(make: (tls: TlsSettings | undefined) => Agent) {
    this.#make = make;
  }

  of(tls: TlsSettings | undefined): Agent {
    const agent = this.#byTls.get(tls) ?? this.#make(tls);
    this.#byTls.set(tls, agent);
    return agent;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byTls.values()].map((agent) => agent.destroy()));
  }
}

type Verdict<Taken> = Refusal | { readonly type: 'answer'; readonly answer: Taken };

/** Takes what the caller wants of an answer, and lets go of the time that the try may take. */
type Take<Taken> = (opened: OpenAnswer, total: LinkedSignal) => Promise<Taken>;

class RetryingHttpClient implements GuardedHttpClient {
  readonly #options: HttpClientOptions;
  readonly #agents: Agents;
  readonly #exchange: Exchange;
  readonly #budget: RateBudget;

  constructor(options: HttpClientOptions) {
    const guard = createNetworkGuard(options.policy, options);
    this.#options = options;
    this.#budget = options.budget ?? createRateBudget(options.limits, options.clock);
    this.#agents = new Agents((tls) =>
      guardedAgent(guard, options.perHost ?? PER_HOST, options.timeouts?.connectMs, tls),
    );
    this.#exchange = {
      agents: this.#agents,
      guard,
      timeouts: { ...TIMEOUTS, ...options.timeouts },
      userAgent: options.userAgent ?? 'Tributary',
    };
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { signal, release } = linkSignals([this.#options.signal, request.signal]);
    try {
      const { answer, secrets } = await this.#untilAnswered(request, signal, async (opened, total) => {
        const answer = await received(opened, request.maxBytes ?? DEFAULT_MAX_BYTES);
        total.release();
        return answer;
      });
      return httpResponse(answer, redactUrl(new URL(answer.url), secrets), secrets);
    } finally {
      release();
    }
  }

  async open(request: HttpRequest): Promise<HttpStreamedResponse> {
    const whole = linkSignals([this.#options.signal, request.signal]);
    try {
      const { answer, ...spoken } = await this.#untilAnswered(request, whole.signal, async (opened, total) => {
        const begun = await begin(opened, request);
        total.untimed();
        const release = (): void => {
          total.release();
          whole.release();
        };
        return { ...begun, release };
      });
      return streamedResponse(answer, { request, spoken, signal: whole.signal, release: answer.release });
    } catch (error) {
      whole.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#agents.close();
  }

  async #untilAnswered<Taken>(
    request: HttpRequest,
    signal: AbortSignal,
    take: Take<Taken>,
  ): Promise<Spoken & { readonly answer: Taken }> {
    const first = firstHop(request);
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      const hop = await authorized(first, request);
      const secrets = plainSecrets(secretsOf(request, hop));
      const spoken = { url: redactUrl(first.url, secrets), secrets };
      const verdict = await this.#try(request, hop, spoken, signal, take);
      if (verdict.type === 'answer') return { answer: verdict.answer, ...spoken };
      if (verdict.type === 'retry') await this.#waitBefore(attempt + 1, verdict, signal);
      else if (renewed || !verdict.unauthorized || !(await renew(request, hop))) throw verdict.error;
      else renewed = true;
    }
  }

  /** Sleeps until the next try is due; throws when there is none, or when it is too far off to be slept through. */
  async #waitBefore(attempt: number, verdict: Refusal & { type: 'retry' }, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random, tries = MOST_TRIES } = this.#options;
    const { afterMs = 0, error } = verdict;
    this.#budget.pauseUntil(clock.now() + afterMs);
    if (afterMs > LONGEST_WAIT_MS) throw new ConnectorError('rate_limited', error.message, { retryAfterMs: afterMs });
    if (attempt >= tries) throw error;
    await clock.sleep(afterMs + jitteredDelayMs(attempt - 1, BACKOFF, random), signal);
  }

  async #try<Taken>(
    request: HttpRequest,
    hop: Hop,
    spoken: Spoken,
    signal: AbortSignal,
    take: Take<Taken>,
  ): Promise<Verdict<Taken>> {
    const { clock, log } = this.#options;
    const release = await this.#budget.acquire(signal);
    const startedAt = clock.now();
    const about = { method: methodOf(request), url: spoken.url };
    const total = linkSignals([signal], this.#exchange.timeouts.totalMs);
    // What is not handed on is small, or nobody wants it.
    const maxBytes = Math.min(request.maxBytes ?? DEFAULT_MAX_BYTES, DEFAULT_MAX_BYTES);
    try {
      const opened = await openOnce(this.#exchange, hop, maxBytes, total.signal);
      const answered = { ...about, status: opened.status };
      if (isWanted(opened.status, request)) {
        const answer = await take(opened, total);
        log.debug({ ...answered, ms: clock.now() - startedAt }, 'source answered');
        return { type: 'answer', answer };
      }
      const answer = await received(opened, maxBytes);
      total.release();
      log.debug({ ...answered, ms: clock.now() - startedAt }, 'source answered');
      return judgeAnswer(answer, request, spoken, clock.now());
    } catch (error) {
      total.release();
      signal.throwIfAborted();
      const verdict = judgeFault(error, request, spoken);
      log.debug({ ...about, verdict: verdict.type, ms: clock.now() - startedAt }, 'source did not answer');
      return verdict;
    } finally {
      release();
    }
  }
}

/** Where secrets may stand in a request; other values among them are passed over. */
const secretsOf = ({ query = {}, hidden = [] }: HttpRequest, hop: Hop): readonly unknown[] => [
  ...Object.values(hop.headers),
  ...Object.values(query).flat(),
  ...hidden,
];

const headerName = (authorization: Authorization): string => authorization.headerName?.toLowerCase() ?? 'authorization';

/** The first hop with the header that stands for this try; redirects to other hosts leave it behind, as every secret. */
async function authorized(hop: Hop, { authorization }: HttpRequest): Promise<Hop> {
  if (!authorization) return hop;
  const value = await authorization.header({ method: hop.method, url: hop.url });
  return { ...hop, headers: { ...hop.headers, [headerName(authorization)]: value } };
}

/** Asks for a newer authorization after the source refused the one of `hop`. */
async function renew({ authorization }: HttpRequest, hop: Hop): Promise<boolean> {
  const refused = authorization && hop.headers[headerName(authorization)];
  return authorization !== undefined && refused instanceof Secret && (await authorization.renew(refused));
}

/**
 * HTTP for connectors: guarded addresses at every hop, connect/headers/idle/total timeouts, up to five tries with full
 * jitter, `Retry-After` and reset headers honoured (longer than 30 s: `rate_limited` with the wait), one rate budget for
 * all streams, five redirects without credentials across origins, a byte cap before and after decompression. Proxy
 * variables of the environment have no effect. Errors are `ConnectorError`s whose words hold no secret.
 */
export function createHttpClient(options: HttpClientOptions): GuardedHttpClient {
  return new RetryingHttpClient(options);
}
