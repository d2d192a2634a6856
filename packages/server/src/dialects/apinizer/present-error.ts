import type { AppError, ErrorCode, ErrorKind } from '../../errors.ts';
import { statusOf } from '../../http/problem.ts';
import type { ErrorAnswer, FailedRequest } from '../../http/route-group.ts';
import type { FieldIssue } from '../../lib/field-issues.ts';

/** The contract's word and status for each kind of error (its sections 1.3 and 3.2); names that are taken are a 400 there. */
const answers: Record<ErrorKind, { readonly status?: number; readonly word: string }> = {
  malformed: { word: 'bad_request' },
  invalid: { status: 400, word: 'bad_request' },
  rejected: { word: 'bad_request' },
  unauthenticated: { word: 'unauthorized_client' },
  forbidden: { word: 'forbidden' },
  not_found: { word: 'not_found' },
  not_allowed: { word: 'bad_request' },
  conflict: { status: 400, word: 'bad_request' },
  stale: { status: 400, word: 'bad_request' },
  too_large: { word: 'bad_request' },
  unsupported_type: { word: 'bad_request' },
  rate_limited: { word: 'rate_limit_exceeded' },
  upstream: { word: 'server_error' },
  unavailable: { word: 'server_error' },
  internal: { word: 'internal_error' },
};

/** Where the contract has words of its own. */
const sentences: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'Invalid token',
  forbidden: 'You do not have permission to perform this action',
  internal: 'An unexpected error occurred. Please try again later.',
  connection_fields_missing: 'Validation failed',
};

const words: Partial<Record<ErrorCode, string>> = {
  unsupported_grant_type: 'unsupported_grant_type',
  connection_fields_missing: 'validation_failed',
};

/** Lists of fields, in the contract's form; parts of the request that are not fields have none. */
function fieldsOf(error: AppError): { readonly validation_errors?: readonly object[] } {
  const issues = (error.details['issues'] ?? []) as readonly FieldIssue[];
  const parts = error.code === 'invalid_request' ? 1 : 0;
  const named = issues
    .map(({ path, message }) => ({ field: path.slice(parts).join('.'), message }))
    .filter(({ field }) => field !== '');
  return named.length === 0 ? {} : { validation_errors: named };
}

function descriptionOf(error: AppError): string {
  const issues = (error.details['issues'] ?? []) as readonly FieldIssue[];
  if (error.code !== 'invalid_request') return sentences[error.code as ErrorCode] ?? error.message;
  return issues.map(({ path, message }) => [...path.slice(1), message].join(': ')).join('; ');
}

/** A connection that is not there is a 404 to whoever reads it, and a 400 to whoever would change it. */
function statusFor(error: AppError, { method }: FailedRequest): number {
  if (error.code === 'connection_not_found' && method !== 'GET') return 400;
  return answers[error.kind].status ?? statusOf(error.kind);
}

/** Errors as this contract tells them: `{"error": "…", "error_description": "…"}`. */
export function presentError(error: AppError, request: FailedRequest): ErrorAnswer {
  const status = statusFor(error, request);
  const isMissing = error.code === 'connection_not_found' && status === 400;
  const word = isMissing ? 'bad_request' : (words[error.code as ErrorCode] ?? answers[error.kind].word);
  const wait = error.details['retryAfterSeconds'];
  return {
    status,
    body: {
      error: word,
      error_description: descriptionOf(error),
      ...fieldsOf(error),
      ...(error.kind === 'rate_limited' && typeof wait === 'number' && { retry_after: wait }),
    },
  };
}
