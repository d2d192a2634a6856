import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorErrorReason } from '../../kit/connector-error.ts';
import { redactText, redactUrl, snippet } from '../../kit/redact-text.ts';
import type { UnsignedRequest } from '../authenticators/authenticator.ts';
import type { Build } from '../model/build.ts';
import type { ManifestResponse } from '../model/request.ts';
import type { ErrorResolution, FailureType } from './error-handler.ts';

const REASONS: Readonly<Record<FailureType, ConnectorErrorReason>> = {
  config_error: 'configuration',
  transient_error: 'unavailable',
  system_error: 'invalid_answer',
  credential_error: 'credential',
};

/**
 * The error for an answer that ends the reading of a stream: what was asked and answered, and what the manifest says of it. `secrets` are
 * plain texts beside those of the configuration that the answer may repeat.
 */
export function requestFailure(
  { method, url }: Pick<UnsignedRequest, 'method' | 'url'>,
  response: ManifestResponse,
  { failureType = 'system_error', message = '' }: ErrorResolution,
  build: Build,
  secrets: readonly string[] = [],
): ConnectorError {
  const { status } = response;
  const reason =
    failureType === 'config_error' && (status === 401 || status === 403) ? 'credential' : REASONS[failureType];
  const answered = snippet(build.shown(bodyText(response).slice(0, 4_000)), secrets);
  const said = message === '' ? '' : ` ${redactText(build.shown(message), secrets).slice(0, 500)}`;
  return new ConnectorError(
    reason,
    `HttpRequester: ${method} ${build.shown(redactUrl(url, secrets))} answered ${status}${answered === '' ? '.' : `: ${answered}`}${said}`,
  );
}

function bodyText(response: ManifestResponse): string {
  try {
    return response.text();
  } catch {
    // A streamed body that was good by its status, and that a filter takes for a failure.
    return '';
  }
}
