import { ConnectorError } from '../../kit/connector-error.ts';
import type { StreamContext } from '../model/build.ts';

/** The error with the name of the stream before its words; what is no `ConnectorError`, or has a name already, stays as it is. */
export function namedError(error: unknown, { name }: StreamContext): unknown {
  const prefix = `Stream "${name}": `;
  if (!(error instanceof ConnectorError) || error.message.startsWith(prefix)) return error;
  return new ConnectorError(error.reason, `${prefix}${error.message}`, {
    cause: error,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  });
}
