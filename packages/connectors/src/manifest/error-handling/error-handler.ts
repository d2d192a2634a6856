import type { ManifestResponse } from '../model/request.ts';

export type ResponseAction =
  | 'SUCCESS'
  | 'FAIL'
  | 'RETRY'
  | 'IGNORE'
  | 'RESET_PAGINATION'
  | 'RATE_LIMITED'
  | 'REFRESH_TOKEN_THEN_RETRY';

/** The manifest's kinds of failure, and one of our own: the credential is good no more, whatever the status says. */
export type FailureType = 'system_error' | 'config_error' | 'transient_error' | 'credential_error';

/** What follows from an answer. */
export interface ErrorResolution {
  readonly action: ResponseAction;
  readonly failureType?: FailureType;
  /** Of the manifest, rendered; empty when it says nothing. */
  readonly message?: string;
}

/** An answer to be judged; `bodyIsStreamed` when its body is yet to come and must be left alone. */
export interface JudgedAnswer {
  readonly response: ManifestResponse;
  readonly bodyIsStreamed: boolean;
}

export interface BackoffStrategy {
  /**
   * Seconds to wait before the try after `attempt` (1 is the first); `undefined` or 0 leaves it to the next strategy. Throws
   * `ConnectorError('rate_limited')` when the wait is longer than the manifest allows.
   */
  seconds(answer: JudgedAnswer, attempt: number): number | undefined;
}

/** Judges answers; ports of custom error handlers give one, too. */
export interface ErrorHandler {
  readonly maxRetries: number;
  /** The longest that all tries and waits of a request may take together, in seconds. */
  readonly maxSeconds: number;
  readonly backoffStrategies: readonly BackoffStrategy[];
  resolve(answer: JudgedAnswer): ErrorResolution;
}
