import { ConnectorError } from '../../kit/connector-error.ts';
import { namesStream } from './names-stream.ts';

/** The error with the name of the stream in its words; what connectors do not throw comes back as it is. */
export function namedForStream(error: unknown, stream: string): unknown {
  if (!(error instanceof ConnectorError) || namesStream(error.message, stream)) return error;
  const { reason, message, retryAfterMs } = error;
  return new ConnectorError(reason, `Stream ${stream}: ${message}`, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
