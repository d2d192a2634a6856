import { AppError, errors, type ErrorKind } from '../errors.ts';
import type { ErrorAnswer, FailedRequest } from './route-group.ts';

const STATUS: Record<ErrorKind, number> = {
  malformed: 400,
  invalid: 422,
  rejected: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  not_allowed: 405,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported_type: 415,
  rate_limited: 429,
  upstream: 502,
  unavailable: 503,
  internal: 500,
};

/** The HTTP status of a kind of error; a dialect starts from it and names its exceptions. */
export function statusOf(kind: ErrorKind): number {
  return STATUS[kind];
}

/** The body that our own API gives for an error: `{ error: { code, message, details, requestId } }`. */
export function presentError(error: AppError, request: Pick<FailedRequest, 'requestId'>): ErrorAnswer {
  return {
    status: STATUS[error.kind],
    body: {
      error: { code: error.code, message: error.message, details: error.details, requestId: request.requestId },
    },
  };
}

/** The error itself when it is one of the catalogue; everything else becomes `internal` and tells nothing. */
export function toAppError(thrown: unknown, requestId: string): AppError {
  return thrown instanceof AppError ? thrown : errors.internal({ requestId });
}
