import type { Authorization } from './authorization.ts';
import type { TlsSettings } from './context.ts';
import type { Json } from './json.ts';
import type { Secret } from './secret.ts';

export type QueryValue = string | number | boolean | Secret;

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly url: string | URL;
  /** Put into `url`; values that are `Secret` are revealed on the wire only, a list makes its name come several times. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;
  /** Header values that are `Secret` are revealed on the wire only. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** Makes the `authorization` header (or the one that it names) of every try, and is asked to renew when the source answers 401. */
  readonly authorization?: Authorization;
  readonly json?: Json;
  readonly body?: string | Uint8Array;
  /** Largest answer in bytes; the default is 50 MB. */
  readonly maxBytes?: number;
  /** For `open`: a body of up to so many bytes is taken at once, and is the `early` of the answer. */
  readonly earlyBytes?: number;
  readonly signal?: AbortSignal;
  /** Statuses beside 2xx that are answers to the caller and come back without retry or error, for example `[404]`. */
  readonly accept?: readonly number[] | 'all';
  /**
   * `answer`: a redirect comes back as the answer (when `accept` takes its status) and is not followed, for requests
   * whose signature names the host. The default is `follow`.
   */
  readonly redirects?: 'follow' | 'answer';
  /** How TLS is done; give the same object each time, connections are kept by it. Such a request follows no redirect. */
  readonly tls?: TlsSettings;
  /** Secrets elsewhere in the request (in its path or body), which errors and logs must not show. */
  readonly hidden?: readonly Secret[];
  /** Set when asking twice is harmless although the method is POST or PATCH, as for searches and GraphQL queries. */
  readonly idempotent?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly url: string;
  bytes(): Buffer;
  text(): string;
  /** Parsed body; throws `ConnectorError('invalid_answer')` with a short, redacted snippet when it is not JSON. */
  json(): Json;
}

/** An answer whose body is taken as it comes, and never whole in memory. */
export interface HttpStreamedResponse extends Pick<HttpResponse, 'status' | 'headers' | 'url'> {
  /**
   * The decompressed body, once. Ending early lets go of the connection. Throws `ConnectorError`: `unavailable` when it breaks off or stands
   * still, `invalid_answer` when it is larger than `maxBytes`.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** The whole answer, when it is no larger than the `earlyBytes` of its request; there is nothing to take or to cancel then. */
  readonly early?: HttpResponse;
  /** The body as a whole instead, for answers that are known to be small; up to 50 MB. */
  whole(): Promise<HttpResponse>;
  /** Lets go of a body that nobody wants. */
  cancel(): void;
}

/**
 * HTTP as connectors see it. Timeouts, retries with `Retry-After`, the rate budget of the account, redirects, size limits
 * and the guard against private addresses are inside; 401 and 403 become `ConnectorError('credential')`, exhausted 429
 * `rate_limited`, exhausted 5xx and network faults `unavailable`, other 4xx `invalid_answer`.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * As `request`, but resolves when the head of the answer has come, and `earlyBytes` of its body: until then there are retries,
   * after it the body is the caller's to take or to cancel. No limit of time but that between two pieces; `maxBytes` is 16 GB when absent.
   */
  open(request: HttpRequest): Promise<HttpStreamedResponse>;
}
