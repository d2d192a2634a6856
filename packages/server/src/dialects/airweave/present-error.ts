import type { AppError, ErrorCode, FieldIssue } from '../../errors.ts';
import { statusOf } from '../../http/problem.ts';
import type { ErrorAnswer, FailedRequest } from '../../http/route-group.ts';
import type { Face } from './faces.ts';

/** Codes whose status is not that of their kind. */
function statusFor(error: AppError, face: Face): number {
  const exceptions: Partial<Record<ErrorCode, number>> = {
    // The published API knows no 415: a body of another type is a body without its fields.
    unsupported_media_type: 422,
    sync_already_running: face.conflictStatus,
    job_not_cancellable: face.conflictStatus,
    collection_exists: face.conflictStatus,
  };
  if (error.code === 'unauthenticated' && error.details['reason'] === 'expired') return face.expiredKeyStatus;
  return exceptions[error.code as ErrorCode] ?? statusOf(error.kind);
}

function headersFor(error: AppError, status: number): Record<string, string> {
  const wait = error.details['retryAfterSeconds'];
  return {
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 429 && typeof wait === 'number' && { 'retry-after': String(wait) }),
  };
}

function issuesOf(error: AppError): readonly FieldIssue[] {
  const issues = error.details['issues'] as readonly FieldIssue[] | undefined;
  return issues ?? [{ path: ['body'], message: error.message, code: error.code }];
}

/** Those that tell of the request's form, as opposed to what a source makes of its fields. */
const formErrors: readonly string[] = ['invalid_request', 'unsupported_media_type'] satisfies ErrorCode[];

/** Both shapes that clients know: the documented list in `detail`, and `errors` as the running system sends it. */
function validationBody(error: AppError, face: Face): object {
  const issues = issuesOf(error);
  const list = issues.map(({ path, message, code }) => ({ loc: path, msg: message, type: code }));
  const isRequest = formErrors.includes(error.code);
  return {
    detail: isRequest || face.refusedFields === 'list' ? list : error.message,
    errors: issues.map(({ path, message }) => ({ [path.join('.')]: message })),
  };
}

/** Errors as this API tells them: `{"detail": "…"}`, and lists of fields for 422. */
export function errorPresenter(face: Face): (error: AppError, request: FailedRequest) => ErrorAnswer {
  return (error, request) => {
    const status = statusFor(error, face);
    const body = status === 422 ? validationBody(error, face) : { detail: error.message };
    return {
      status,
      body: status >= 500 ? { ...body, request_id: request.requestId } : body,
      headers: headersFor(error, status),
    };
  };
}
