import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { AppError } from '../../../errors.ts';

/** The grant is gone; only a person can go on. */
export const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'oauth_grant_refused';

/** The request may have reached the provider, and the answer been lost. */
export const isUncertain = (error: unknown): boolean =>
  !(error instanceof AppError) || error.code !== 'source_rate_limited';

/** Milliseconds that the provider asked to be left alone. */
export function askedRestMs(error: unknown): number | undefined {
  if (error instanceof ConnectorError) return error.retryAfterMs;
  const seconds = error instanceof AppError ? error.details['retryAfterSeconds'] : undefined;
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}

/** What a connector is told of a renewal that came to nothing; only our own words are shown. */
export function connectorErrorOf(error: unknown, retryAfterMs?: number): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const options = { cause: error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (!(error instanceof AppError))
    return new ConnectorError('unavailable', 'The access could not be renewed: a fault of our own.', options);
  const { code, message } = error;
  if (code === 'oauth_grant_refused') return new ConnectorError('credential', message, options);
  if (code === 'source_rate_limited') return new ConnectorError('rate_limited', message, options);
  if (code === 'oauth_provider_failed') return new ConnectorError('invalid_answer', message, options);
  if (code === 'credential_unreadable') return new ConnectorError('configuration', message, options);
  return new ConnectorError('unavailable', message, options);
}
