import type { HttpRequest } from '../../kit/http-client.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import type { NextPageToken, StreamSlice } from './slice.ts';

/** Where in the reading of a stream a request stands. */
export interface RequestPlace {
  readonly slice: StreamSlice;
  readonly token?: NextPageToken;
  /** More variables for the templates of this request (`creation_response`, `download_target`, …). */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** What components add to a request; the same name twice, with two values, is an error. `null` values are left out. */
export interface RequestParts {
  /** Query; a list makes the name come several times. */
  readonly params?: Readonly<Record<string, Json>>;
  readonly headers?: Readonly<Record<string, Json>>;
  /** Form fields, or a text that is sent as it is. */
  readonly bodyData?: Readonly<Record<string, Json>> | string;
  readonly bodyJson?: JsonObject;
  /** The whole path or URL (`RequestPath`). */
  readonly path?: string;
}

export interface RequestPartsProvider {
  parts(place: RequestPlace): RequestParts;
}

/** An answer that error handling let through. */
export interface ManifestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly url: string;
  /** The body is not there as a whole: `stream` is the only way to it. */
  readonly comesInPieces?: true;
  /** The whole body, unless it comes in pieces. */
  text(): string;
  bytes(): Uint8Array;
  /** Throws `ConnectorError('invalid_answer')`. */
  json(): Json;
  /** The body as it comes; may be taken once. */
  stream(): AsyncIterable<Uint8Array>;
}

/** What to do with a slice after an answer that is not plainly taken. */
export type RequestOutcome =
  | { readonly type: 'response'; readonly response: ManifestResponse }
  /** IGNORE: nothing more of this slice, quietly. */
  | { readonly type: 'ignored' }
  /** RESET_PAGINATION: begin the pages of this slice again. */
  | { readonly type: 'reset_pagination' };

export interface Requester {
  /**
   * Sends one request, with its retries, waits and authentication. `more` is merged with the requester's own parts. Throws
   * `ConnectorError` that names the stream.
   */
  send(place: RequestPlace, more: readonly RequestParts[]): Promise<RequestOutcome>;
}

/** `HTTPAPIBudget`: holds requests back until the API's published limits allow them. */
export interface HttpBudget {
  /** Waits for a turn. Throws `ConnectorError('rate_limited')` when the wait is longer than the kit's `LONGEST_WAIT_MS`. */
  admit(request: HttpRequest): Promise<void>;
  /** Takes what an answer's headers say of the limits. */
  observe(request: HttpRequest, response: Pick<ManifestResponse, 'status' | 'headers'>): void;
}
