import { ConnectorError, type ConnectorErrorReason } from '@tributary/connectors/kit/connector-error';
import { AppError } from '../../errors.ts';

/** What each error of the protocol client is for a connector; any other may pass. */
const reasons: Readonly<Record<string, ConnectorErrorReason>> = {
  oauth_grant_refused: 'credential',
  oauth_client_refused: 'configuration',
  invalid_auth_fields: 'configuration',
  invalid_config_fields: 'configuration',
  credential_unreadable: 'configuration',
  host_access_refused: 'refused',
  source_rate_limited: 'rate_limited',
  oauth_provider_failed: 'invalid_answer',
};

const reasonOf = (error: unknown): ConnectorErrorReason => {
  if (error instanceof ConnectorError) return error.reason;
  return (error instanceof AppError ? reasons[error.code] : undefined) ?? 'unavailable';
};

/** The grant is gone; only a person can go on. */
export const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'oauth_grant_refused';

/** The request may have reached the provider, and its answer been lost. */
export const isUncertain = (error: unknown): boolean => ['unavailable', 'invalid_answer'].includes(reasonOf(error));

/** Asking again at once changes nothing. */
export const isLasting = (error: unknown): boolean => ['configuration', 'refused'].includes(reasonOf(error));

/** Milliseconds that the provider asked to be left alone. */
export function askedRestMs(error: unknown): number | undefined {
  const seconds = error instanceof AppError ? error.details['retryAfterSeconds'] : undefined;
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

/** What a connector is told of a renewal that came to nothing; only words that were meant for people are shown. */
export function connectorErrorOf(error: unknown, retryAfterMs?: number): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const words = error instanceof AppError ? error.message : 'The access could not be renewed: a fault of our own.';
  const options = { cause: error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new ConnectorError(reasonOf(error), words, options);
}
