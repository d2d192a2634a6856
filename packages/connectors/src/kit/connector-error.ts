/**
 * Why a connector could not go on. The engine, not the connector, decides what follows:
 * - `configuration`: the settings cannot work; fail at once and say what to change.
 * - `credential`: the source refused the credential; the schedule pauses until it is renewed.
 * - `unavailable`: down, slow, cut off; try again later from the last cursor.
 * - `rate_limited`: told to wait; try again after `retryAfterMs`.
 * - `invalid_answer`: the source answered nonsense; try again, then fail with the cursor unmoved.
 * - `cursor_expired`: the source does not know the cursor any more; read everything again.
 * - `refused`: the operator's rules forbid this host or path.
 */
export type ConnectorErrorReason =
  | 'configuration'
  | 'credential'
  | 'unavailable'
  | 'rate_limited'
  | 'invalid_answer'
  | 'cursor_expired'
  | 'refused';

export interface ConnectorErrorOptions {
  readonly cause?: unknown;
  /** Milliseconds that the source asked us to wait. */
  readonly retryAfterMs?: number;
}

/** The one error that connectors throw; its message is shown to people, so it must say what to change and hold no secret. */
export class ConnectorError extends Error {
  readonly reason: ConnectorErrorReason;
  readonly retryAfterMs: number | undefined;

  constructor(reason: ConnectorErrorReason, message: string, options: ConnectorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ConnectorError';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
