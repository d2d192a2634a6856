import { ConnectorError } from './connector-error.ts';

/**
 * The error with a sentence on what to check, when it says that the far end cannot be reached; other errors stay as they are.
 * `check` names the fields that say where the far end is, as in `Check host and port.`
 */
export function withAdvice(error: unknown, check: string): unknown {
  if (!(error instanceof ConnectorError) || error.reason !== 'unavailable') return error;
  if (error.message.endsWith(check)) return error;
  return new ConnectorError('unavailable', `${error.message} ${check}`, { cause: error });
}

/** Awaits `doing`; what it throws is given advice. */
export async function advised<T>(doing: Promise<T>, check: string): Promise<T> {
  try {
    return await doing;
  } catch (error) {
    throw withAdvice(error, check);
  }
}
