import type { AppError, ErrorCode } from '../../errors.ts';
import { statusOf } from '../../http/problem.ts';
import type { ErrorAnswer, FailedRequest } from '../../http/route-group.ts';
import type { FieldIssue } from '../../lib/field-issues.ts';
import type { Face } from './faces.ts';

/** Codes whose status is not that of their kind. */
function statusFor(error: AppError, face: Face): number {
  const exceptions: Partial<Record<ErrorCode, number>> = {
    // The published API knows no 415: a body of another type is a body without its fields.
    unsupported_media_type: 422,
    sync_already_running: face.conflictStatus,
    job_not_cancellable: face.conflictStatus,
    collection_exists: face.conflictStatus,
    auth_provider_exists: face.conflictStatus,
    // Kinds know no difference between what is gone and what never was.
    oauth_session_expired: 410,
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

/** The fields that errors of the services speak of. */
const fieldOf: Partial<Record<ErrorCode, readonly string[]>> = {
  invalid_cron: ['body', 'schedule', 'cron'],
  unknown_cursor_field: ['body', 'schedule', 'cursor_field'],
  redirect_url_refused: ['body', 'redirect_url'],
  tokens_not_oauth: ['body', 'authentication'],
};

/** The same fields as the older update names them. */
const olderNames: readonly { readonly now: string; readonly then: readonly string[] }[] = [
  { now: 'body.authentication.provider_config', then: ['body', 'auth_provider_config'] },
  { now: 'body.authentication.credentials', then: ['body', 'auth_fields'] },
  { now: 'body.config', then: ['body', 'config_fields'] },
  { now: 'body.schedule.cron', then: ['body', 'cron_schedule'] },
];

function inOlderNames(path: FieldIssue['path']): FieldIssue['path'] {
  const text = path.join('.');
  const name = olderNames.find(({ now }) => text === now || text.startsWith(`${now}.`));
  return name ? [...name.then, ...path.slice(name.now.split('.').length)] : path;
}

function issuesOf(error: AppError, request: FailedRequest): readonly FieldIssue[] {
  const given = error.details['issues'] as readonly FieldIssue[] | undefined;
  const path = fieldOf[error.code as ErrorCode] ?? ['body'];
  const issues = given ?? [{ path, message: error.message, code: error.code }];
  return request.method === 'PUT' ? issues.map((issue) => ({ ...issue, path: inOlderNames(issue.path) })) : issues;
}

/** Those that tell of the request's form, as opposed to what a source makes of its fields. */
const formErrors: readonly string[] = [
  'invalid_request',
  'unsupported_media_type',
  'tokens_not_oauth',
] satisfies ErrorCode[];

/** Both shapes that clients know: the documented list in `detail`, and `errors` as the running system sends it. */
function validationBody(error: AppError, face: Face, request: FailedRequest): object {
  const issues = issuesOf(error, request);
  const list = issues.map(({ path, message, code }) => ({ loc: path, msg: message, type: code }));
  const isRequest = formErrors.includes(error.code);
  return {
    detail: isRequest || face.refusedFields === 'list' ? list : error.message,
    errors: issues.map(({ path, message }) => ({ [path.join('.')]: message })),
  };
}

/** A search names the collection that it did not find; the other operations do not. */
function sentence(error: AppError, { path }: FailedRequest): string {
  const isSearch = error.code === 'collection_not_found' && path.includes('/search');
  return isSearch ? `Collection '${String(error.details['readableId'])}' not found` : error.message;
}

/** Errors as this API tells them: `{"detail": "…"}`, and lists of fields for 422. */
export function errorPresenter(face: Face): (error: AppError, request: FailedRequest) => ErrorAnswer {
  return (error, request) => {
    const status = statusFor(error, face);
    const body = status === 422 ? validationBody(error, face, request) : { detail: sentence(error, request) };
    return {
      status,
      body: status >= 500 ? { ...body, request_id: request.requestId } : body,
      headers: headersFor(error, status),
    };
  };
}
