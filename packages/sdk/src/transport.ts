import { setTimeout as delay } from 'node:timers/promises';
import { errorFromAnswer, TributaryError } from './tributary-error.ts';

export interface TransportOptions {
  /** Where the service is, for example `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly apiKey: string;
  /** Milliseconds that one attempt may take. Default 60,000. */
  readonly timeoutMs?: number;
  /** Attempts after the first, for 429, 503 and, where repeating is harmless, network faults. Default 3. */
  readonly retries?: number;
  /** Sent as `User-Agent`. */
  readonly userAgent?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the service's address, for example `/v1/collections`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** Makes a POST safe to repeat: the service answers a repeated key with its first answer. */
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Longest wait that a `Retry-After` can ask of us; beyond it the error is given to the caller. */
const LONGEST_WAIT_MS = 60_000;
const FIRST_WAIT_MS = 250;

/** Sends calls, repeats those that may be repeated, and turns every failure into a `TributaryError`. */
export class Transport {
  readonly #options: Required<TransportOptions>;

  constructor(options: TransportOptions) {
    if (!URL.canParse(options.url)) throw new TypeError(`not a URL: ${options.url}`);
    if (options.apiKey.trim() === '') throw new TypeError('apiKey is empty');
    this.#options = {
      timeoutMs: 60_000,
      retries: 3,
      userAgent: 'tributary-sdk',
      ...options,
      url: options.url.replace(/\/+$/, ''),
    };
  }

  /** The parsed body of a successful answer. */
  async json<T>(call: Call): Promise<T> {
    return (await this.answer<T>(call)).body;
  }

  /** The parsed body with the answer's headers. */
  async answer<T>(call: Call): Promise<{ readonly body: T; readonly headers: Headers }> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await this.#send(call, AbortSignal.timeout(this.#options.timeoutMs));
        const text = await response.text();
        return { body: parsed(text, response) as T, headers: response.headers };
      } catch (thrown) {
        const error = asTributaryError(thrown, call, this.#options);
        const wait = retryDelay(error, call, attempt, this.#options.retries);
        if (wait === undefined) throw error;
        await delay(wait, undefined, call.signal ? { signal: call.signal } : {});
      }
    }
  }

  /** A successful answer whose body is still to be read; never repeated, and only its first byte is waited for. */
  async open(call: Call): Promise<Response> {
    const patience = new AbortController();
    const timer = setTimeout(
      () => patience.abort(new DOMException('too slow', 'TimeoutError')),
      this.#options.timeoutMs,
    );
    try {
      return await this.#send(call, patience.signal);
    } catch (thrown) {
      throw asTributaryError(thrown, call, this.#options);
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(call: Call, patience: AbortSignal): Promise<Response> {
    const url = new URL(this.#options.url + call.path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const response = await fetch(url, {
      method: call.method,
      redirect: 'error',
      headers: {
        'x-api-key': this.#options.apiKey,
        'user-agent': this.#options.userAgent,
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal: call.signal ? AbortSignal.any([call.signal, patience]) : patience,
    });
    if (response.ok) return response;
    throw errorFromAnswer(response.status, response.headers, safelyParsed(await response.text()));
  }
}

/** Milliseconds to wait before the next attempt; `undefined` when there is to be none. */
function retryDelay(error: TributaryError, call: Call, attempt: number, retries: number): number | undefined {
  if (attempt >= retries || call.signal?.aborted) return undefined;
  const refused = error.kind === 'rate_limited' || error.kind === 'unavailable';
  const harmless = call.method !== 'POST' || call.idempotencyKey !== undefined;
  const lost = error.kind === 'network' || error.kind === 'timeout';
  if (!refused && !(lost && harmless)) return undefined;
  const ceiling = FIRST_WAIT_MS * 2 ** attempt;
  const wait = error.retryAfterMs ?? ceiling / 2 + (Math.random() * ceiling) / 2;
  return wait > LONGEST_WAIT_MS ? undefined : wait;
}

function asTributaryError(thrown: unknown, call: Call, options: Required<TransportOptions>): TributaryError {
  if (thrown instanceof TributaryError) return thrown;
  // The caller's own abort is not a failure of the service: it comes back as what the caller gave.
  if (call.signal?.aborted) throw thrown;
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return new TributaryError({
      kind: 'timeout',
      status: 0,
      code: 'timeout',
      message: `${options.url} did not answer ${call.method} ${call.path} within ${options.timeoutMs} ms.`,
      cause: thrown,
    });
  return new TributaryError({
    kind: 'network',
    status: 0,
    code: 'network',
    message: `${options.url} cannot be reached: ${reason(thrown)}.`,
    cause: thrown,
  });
}

/** `fetch failed` says nothing; its cause does. */
function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause: unknown = thrown.cause;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reason(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : thrown.message;
}

function safelyParsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(text: string, response: Response): unknown {
  if (text === '') return undefined;
  const body = safelyParsed(text);
  if (body !== undefined) return body;
  throw new TributaryError({
    kind: 'unexpected',
    status: response.status,
    code: 'unexpected',
    message: `${response.url} answered with something that is not JSON. Is this the address of a Tributary service?`,
  });
}
