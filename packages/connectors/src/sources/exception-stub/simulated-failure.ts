import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

/** What a real source that fails so would make a connector throw; `bug` and `abort` are no `ConnectorError`. */
const outcomes = {
  runtime_error: 'bug',
  source_auth_error: 'credential',
  source_token_refresh_error: 'credential',
  source_server_error: 'unavailable',
  source_rate_limit_error: 'rate_limited',
  source_entity_not_found: 'invalid_answer',
  source_entity_forbidden: 'invalid_answer',
  token_expired: 'credential',
  token_credentials_invalid: 'credential',
  token_provider_config_error: 'configuration',
  token_provider_server_error: 'unavailable',
  timeout: 'unavailable',
  cancelled: 'abort',
} as const satisfies Record<string, ConnectorErrorReason | 'bug' | 'abort'>;

export type ExceptionType = keyof typeof outcomes;
export const exceptionTypes = Object.keys(outcomes) as [ExceptionType, ...ExceptionType[]];

const RETRY_AFTER_MS = 30_000;

/** The error to throw for a type. */
export function simulatedFailure(type: ExceptionType, message: string): Error {
  const outcome = outcomes[type];
  if (outcome === 'bug') return new Error(message);
  if (outcome === 'abort') return new DOMException(message, 'AbortError');
  return new ConnectorError(outcome, message, outcome === 'rate_limited' ? { retryAfterMs: RETRY_AFTER_MS } : {});
}
