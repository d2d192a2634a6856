import type { Logger } from 'pino';
import { type AppError, errors } from '../errors.ts';
import { assert } from '../lib/asserts.ts';
import { describeThrown } from '../lib/log-fields.ts';
import { type BodyAnswer, errorAnswer } from './answer.ts';
import { presentError, toAppError } from './problem.ts';
import { bodyLimitBytes } from './request-body.ts';
import type { FailedRequest, RouteGroup } from './route-group.ts';

/** Every answer to a failed request has the catalogue's code here: the bodies of dialects have no place for it. */
export const errorCodeHeader = 'x-error-code';

/** The answer to a request that failed, in the words of its group; what was not expected is logged. */
export function answerFailure(
  thrown: unknown,
  request: FailedRequest,
  context: { readonly group: RouteGroup | undefined; readonly log: Logger },
): BodyAnswer {
  const error = toAppError(thrown, request.requestId);
  if (error.kind === 'internal') logThrown(context.log, thrown, request);
  const present = context.group?.presentError ?? presentError;
  const answer = errorAnswer(present(error, request));
  return { ...answer, headers: { ...headersOf(error), ...answer.headers, [errorCodeHeader]: error.code } };
}

/** Headers that HTTP asks for whatever the dialect says in the body (RFC 9110 §10.2.1, §10.2.3 and §11.6.1). */
function headersOf(error: AppError): Record<string, string> {
  if (error.kind === 'unauthenticated') return { 'www-authenticate': 'Bearer' };
  if (error.kind === 'not_allowed') return { allow: (error.details['allowed'] as readonly string[]).join(', ') };
  const seconds = error.details['retryAfterSeconds'];
  return error.kind === 'rate_limited' && typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {};
}

function logThrown(log: Logger, thrown: unknown, request: FailedRequest): void {
  log.error(
    { requestId: request.requestId, route: request.route?.operationId, failure: describeThrown(thrown) },
    'request failed',
  );
}

/**
 * Fastify's own errors as rows of the catalogue; everything else is given back as it is.
 * Codes: https://fastify.dev/docs/latest/Reference/Errors/
 */
export function fromFramework(thrown: unknown, request: FailedRequest, contentLength: string | undefined): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return thrown;
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const bytes = Number(contentLength);
      return errors.body_too_large({ limitBytes: bodyLimitBytes, bytes: Number.isSafeInteger(bytes) ? bytes : null });
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return errors.unsupported_media_type({ contentType: null });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return errors.malformed_body({ reason: 'it does not have the length that content-length names' });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return errors.route_not_found({ method: request.method, path: request.path });
    default:
      return 'statusCode' in thrown && thrown.statusCode === 400
        ? errors.malformed_body({ reason: 'it was cut off' })
        : thrown;
  }
}

/**
 * The group that answers for a path: the one with the longest prefix that the path begins with, or undefined.
 * Groups must not share a prefix.
 */
export function groupFinder(groups: readonly RouteGroup[]): (path: string) => RouteGroup | undefined {
  assert(new Set(groups.map((group) => group.prefix)).size === groups.length, 'two groups of routes share a prefix');
  const longestFirst = groups.toSorted((a, b) => b.prefix.length - a.prefix.length);
  return (path) => longestFirst.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}
