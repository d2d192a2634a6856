/**
 * What went wrong, independent of the wire: `network` means that no answer came, `timeout` that it came too late,
 * `unexpected` that the answer was not one of Tributary's.
 */
export type TributaryErrorKind =
  | 'rejected'
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'not_allowed'
  | 'conflict'
  | 'stale'
  | 'too_large'
  | 'unsupported_type'
  | 'rate_limited'
  | 'upstream'
  | 'unavailable'
  | 'internal'
  | 'network'
  | 'timeout'
  | 'unexpected';

const kinds: Readonly<Record<number, TributaryErrorKind>> = {
  400: 'rejected',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_allowed',
  409: 'conflict',
  412: 'stale',
  413: 'too_large',
  415: 'unsupported_type',
  422: 'invalid',
  429: 'rate_limited',
  500: 'internal',
  502: 'upstream',
  503: 'unavailable',
  504: 'timeout',
};

/** The kind of an answer with this HTTP status. */
export function kindOfStatus(status: number): TributaryErrorKind {
  return kinds[status] ?? 'unexpected';
}

export interface TributaryErrorFields {
  readonly kind: TributaryErrorKind;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** A stable machine word: the service's own code, or the kind when somebody else answered, or nobody. */
  readonly code: string;
  readonly message: string;
  readonly requestId?: string | undefined;
  readonly details?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Every failure of a call. `message` is what the service said, and is meant to be shown to people. */
export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  readonly kind: TributaryErrorKind;
  readonly status: number;
  readonly code: string;
  /** Finds the line in the service's log; give it when you ask for help. */
  readonly requestId: string | undefined;
  readonly details: unknown;
  /** How long the service asked to wait, when it did. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: TributaryErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.kind = fields.kind;
    this.status = fields.status;
    this.code = fields.code;
    this.requestId = fields.requestId;
    this.details = fields.details;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

interface Issue {
  readonly loc?: readonly (string | number)[];
  readonly msg?: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `{detail: [{loc: ['body', 'name'], msg: 'too short'}]}` reads `name: too short`. */
function issueText(detail: readonly Issue[]): string {
  return detail
    .map((issue) => {
      const path = (issue.loc ?? []).filter((part, index) => index > 0 || part !== 'body').join('.');
      return path === '' ? (issue.msg ?? 'is not allowed') : `${path}: ${issue.msg ?? 'is not allowed'}`;
    })
    .join('; ');
}

interface SaidError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly details?: unknown;
}

/** `{ error: { code, message, details } }`, as the service's own paths answer. */
function ownError(body: unknown): SaidError | undefined {
  const error = isRecord(body) ? body['error'] : undefined;
  if (!isRecord(error)) return undefined;
  return { code: text(error['code']), message: text(error['message']), details: error['details'] };
}

/** `{ detail: "…" }` or `{ detail: [{ loc, msg }] }`, as the documented paths answer. */
function documentedError(body: unknown): SaidError | undefined {
  const detail = isRecord(body) ? body['detail'] : undefined;
  if (Array.isArray(detail)) return { message: issueText(detail as Issue[]), details: detail };
  return { message: text(detail) };
}

interface FieldError {
  readonly field?: string;
  readonly message?: string;
}

/** `{ error, error_description, validation_errors }`, as connections by name answer. */
function describedError(body: unknown): SaidError | undefined {
  const description = isRecord(body) ? text(body['error_description']) : undefined;
  if (!isRecord(body) || description === undefined) return undefined;
  const fields = (body['validation_errors'] ?? []) as readonly FieldError[];
  const words = fields.map(({ field, message }) => `${field ?? ''}: ${message ?? 'is not allowed'}`);
  const isList = words.length > 0 && body['error'] === 'validation_failed';
  return { message: isList ? words.join('; ') : description, details: body['validation_errors'] };
}

/** Reads the shapes of the service's error bodies into one; anything else is told by its status alone. */
export function errorFromAnswer(status: number, headers: Headers, body: unknown): TributaryError {
  const kind = kindOfStatus(status);
  const said = ownError(body) ?? describedError(body) ?? documentedError(body);
  return new TributaryError({
    kind,
    status,
    code: text(headers.get('x-error-code')) ?? said?.code ?? kind,
    message: said?.message ?? `The service answered with status ${status}.`,
    requestId: headers.get('x-request-id') ?? undefined,
    details: said?.details,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
  });
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
