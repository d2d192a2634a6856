import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { ConnectorErrorReason } from '@tributary/connectors/kit/connector-error';
import { redactText } from '@tributary/connectors/kit/redact-text';
import { CollectionGoneError, FencedError } from '../collection-store/port.ts';
import type { ErrorCategory } from '../control/schema.ts';
import { PolicyViolation } from './policy-violation.ts';

/** Why something did not go on, in the engine's own terms; what follows from it is decided by the caller. */
export type Fault =
  /** The job was aborted from outside or by a fault of another stream. */
  | { readonly type: 'stopped' }
  | { readonly type: 'fenced' }
  | { readonly type: 'gone' }
  /** Worth another try from the last cursor. */
  | {
      readonly type: 'transient';
      readonly reason: 'unavailable' | 'rate_limited' | 'invalid_answer';
      readonly retryAfterMs: number | undefined;
      readonly message: string;
    }
  /** The source has forgotten the cursor. */
  | { readonly type: 'expired'; readonly message: string }
  /** `wholeJob`: no other stream can do better. */
  | Failure
  /** The source asked for a wait until `at` (milliseconds since the epoch). */
  | { readonly type: 'postponed'; readonly at: number; readonly reason: string };

export interface Failure {
  readonly type: 'failed';
  /** Short and stable; shown in the API. */
  readonly code: FailureCode;
  readonly message: string;
  readonly category: ErrorCategory | null;
  readonly wholeJob: boolean;
}

export type FailureCode =
  | 'configuration_invalid'
  | 'credential_refused'
  | 'access_refused'
  | 'source_unavailable'
  | 'source_rate_limited'
  | 'invalid_answer'
  | 'cursor_expired'
  | 'connector_crashed'
  | 'connector_unknown'
  | 'schema_changed'
  | 'store_failed'
  | 'limit_reached';

/** The organization holds as much as it may. */
export class LimitReachedError extends Error {
  override readonly name = 'LimitReachedError';
}

/** The collection store could not do its work; told apart from faults of the connector. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: Fault;

  constructor(cause: unknown) {
    super('the collection store failed', { cause });
    this.fault = faultOfStore(cause);
  }
}

/** Errors beyond this length are somebody's HTML page. */
const MAX_MESSAGE = 1_000;

/** What an error that was caught around a read means. Everything after an abort is the abort's. */
export function faultOf(error: unknown, signal: AbortSignal): Fault {
  if (error instanceof StoreError || error instanceof PolicyViolation) return error.fault;
  if (signal.aborted) return { type: 'stopped' };
  if (error instanceof LimitReachedError) return failure('limit_reached', error.message, { wholeJob: true });
  if (error instanceof ConnectorError) return faultOfConnector(error);
  // The message of an error that nobody planned may hold anything, a secret too: only its kind is shown.
  return failure('connector_crashed', `The connector stopped unexpectedly (${kindOf(error)}).`);
}

/** What an error of the collection store means. */
export function faultOfStore(error: unknown): Fault {
  if (error instanceof FencedError) return { type: 'fenced' };
  if (error instanceof CollectionGoneError) return { type: 'gone' };
  const code = error instanceof Error && 'code' in error ? String(error.code) : kindOf(error);
  return failure(
    'store_failed',
    `The collection could not be written (${code}). Check the disk of the service; the next sync goes on from here.`,
    { wholeJob: true },
  );
}

/** A failure with its words made safe to show. */
export function failure(
  code: FailureCode,
  message: string,
  options: { readonly category?: ErrorCategory; readonly wholeJob?: boolean } = {},
): Failure {
  return {
    type: 'failed',
    code,
    // PostgreSQL takes no text with NUL, and the job that failed could not be ended.
    message: redactText(message).slice(0, MAX_MESSAGE).replaceAll('\0', ' ').toWellFormed(),
    category: options.category ?? null,
    wholeJob: options.wholeJob ?? false,
  };
}

function faultOfConnector(error: ConnectorError): Fault {
  const { reason, message, retryAfterMs } = error;
  switch (reason) {
    case 'unavailable':
    case 'rate_limited':
    case 'invalid_answer':
      return { type: 'transient', reason, retryAfterMs, message };
    case 'cursor_expired':
      return { type: 'expired', message };
    case 'configuration':
    case 'credential':
    case 'refused':
      return failureOf(reason, message);
    default:
      return failure('connector_crashed', 'The connector gave an unknown reason.');
  }
}

/** The failure that a connector's error ends in once nothing more is tried. */
export function failureOf(reason: ConnectorErrorReason, message: string): Failure {
  switch (reason) {
    case 'configuration':
      return failure('configuration_invalid', message, { wholeJob: true });
    case 'credential':
      // The one kind of credential that a person types in; others will bring categories of their own.
      return failure('credential_refused', message, { category: 'api_key_invalid', wholeJob: true });
    case 'refused':
      return failure('access_refused', message, { wholeJob: true });
    case 'unavailable':
      return failure('source_unavailable', message);
    case 'rate_limited':
      return failure('source_rate_limited', message);
    case 'invalid_answer':
      return failure('invalid_answer', message);
    case 'cursor_expired':
      return failure('cursor_expired', message);
  }
}

function kindOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
