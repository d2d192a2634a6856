import { ConnectorError, type ConnectorErrorReason } from '../kit/connector-error.ts';
import type { AirbyteMessage, FailureType, StreamDescriptor } from './messages.ts';

/** What the platform does next: ask the user, try again, or report. */
const failureTypes: Readonly<Record<ConnectorErrorReason, FailureType>> = {
  configuration: 'config_error',
  credential: 'config_error',
  refused: 'config_error',
  unavailable: 'transient_error',
  rate_limited: 'transient_error',
  invalid_answer: 'system_error',
  cursor_expired: 'system_error',
};

/** The message for people is the connector's own; of other errors only the kind is told, since they may hold anything. */
export function traceError(error: unknown, now: number, stream?: StreamDescriptor): AirbyteMessage {
  const known = error instanceof ConnectorError;
  const kind = error instanceof Error ? error.name : typeof error;
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: now,
      error: {
        message: known ? error.message : 'The connector failed unexpectedly.',
        internal_message: known ? `${error.reason}: ${error.message}` : kind,
        failure_type: known ? failureTypes[error.reason] : 'system_error',
        ...(stream && { stream_descriptor: stream }),
      },
    },
  };
}
