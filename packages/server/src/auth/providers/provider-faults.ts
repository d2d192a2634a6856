import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { errors } from '../../errors.ts';

/** What to wait for when the vendor does not say. */
const UNSAID_WAIT_S = 30;

/** What an outside vault's failure is to a caller of the API, who waits for the answer. */
export function providerFault(readableId: string, error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const reason = error.message;
  switch (error.reason) {
    case 'credential':
    case 'configuration':
    case 'cursor_expired':
      return errors.auth_provider_refused({ readableId, reason });
    case 'refused':
      return errors.host_access_refused({ reason });
    case 'rate_limited': {
      const retryAfterSeconds = Math.ceil((error.retryAfterMs ?? UNSAID_WAIT_S * 1000) / 1000);
      return errors.auth_provider_rate_limited({ readableId, retryAfterSeconds });
    }
    case 'unavailable':
    case 'invalid_answer':
      return errors.auth_provider_unreachable({ readableId, reason });
  }
}

/** Runs a call to an outside vault for a caller of the API; throws the catalogue's errors. */
export async function askingProvider<T>(readableId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw providerFault(readableId, error);
  }
}
