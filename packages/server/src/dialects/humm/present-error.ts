import type { AppError, ErrorCode } from '../../errors.ts';
import { statusOf } from '../../http/problem.ts';
import type { ErrorAnswer, FailedRequest } from '../../http/route-group.ts';
import type { FieldIssue } from '../../lib/field-issues.ts';

/** Codes whose status is not that of their kind: what is wrong with a field is 422 here. */
const exceptions: Partial<Record<ErrorCode, number>> = {
  malformed_body: 422,
  unsupported_media_type: 422,
  source_not_found: 422,
  auth_method_unsupported: 422,
  source_check_failed: 422,
  credentials_refused: 422,
};

/** The fields that errors of the services speak of. */
const fieldOf: Partial<Record<ErrorCode, readonly string[]>> = {
  malformed_body: ['body'],
  source_not_found: ['body', 'connector_type'],
  auth_method_unsupported: ['body', 'connector_type'],
  source_type_mismatch: ['body', 'source_type'],
  connection_label_required: ['body', 'instance_label'],
  system_source_unknown: ['body', 'system_source_id'],
  airbyte_connection_incoherent: ['body', 'airbyte_connection_id'],
  source_check_failed: ['body', 'configuration'],
  credentials_refused: ['body', 'configuration'],
};

const unauthenticated: Readonly<Record<string, string>> = {
  missing: 'Not authenticated',
  unknown: 'Invalid authentication credentials',
  expired: 'The API key has expired',
};

function detailOf(error: AppError, status: number): unknown {
  if (error.code === 'unauthenticated') return unauthenticated[String(error.details['reason'])] ?? 'Not authenticated';
  if (status !== 422) return error.message;
  const given = error.details['issues'] as readonly FieldIssue[] | undefined;
  const path = fieldOf[error.code as ErrorCode] ?? ['body'];
  const issues = given ?? [{ path, message: error.message, code: error.code }];
  return issues.map(({ path: loc, message: msg, code: type }) => ({ loc, msg, type }));
}

/** Errors in the shape of FastAPI: a sentence in `detail`, for 422 a list of fields. */
export function presentError(error: AppError, { requestId }: FailedRequest): ErrorAnswer {
  const status = exceptions[error.code as ErrorCode] ?? statusOf(error.kind);
  const body = { detail: detailOf(error, status) };
  return { status, body: status >= 500 ? { ...body, request_id: requestId } : body };
}
