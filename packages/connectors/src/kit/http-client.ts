import type { Authorization } from './authorization.ts';
import type { TlsSettings } from './context.ts';
import type { Json } from './json.ts';
import type { Secret } from './secret.ts';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly url: string | URL;
  /** Added to those of `url`; values that are `Secret` are revealed on the wire only. */
  readonly query?: Readonly<Record<string, string | number | boolean | Secret | undefined>>;
  /** Header values that are `Secret` are revealed on the wire only. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** Makes the `authorization` header (or the one that it names) of every try, and is asked to renew when the source answers 401. */
  readonly authorization?: Authorization;
  readonly json?: Json;
  readonly body?: string | Uint8Array;
  /** Largest answer in bytes; the default is 50 MB. */
  readonly maxBytes?: number;
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

/**
 * HTTP as connectors see it. Timeouts, retries with `Retry-After`, the rate budget of the account, redirects, size limits
 * and the guard against private addresses are inside; 401 and 403 become `ConnectorError('credential')`, exhausted 429
 * `rate_limited`, exhausted 5xx and network faults `unavailable`, other 4xx `invalid_answer`.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
}
