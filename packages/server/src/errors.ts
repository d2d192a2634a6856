import { authProviderErrors } from './errors/auth-provider-errors.ts';
import { deploymentErrors } from './errors/deployment-errors.ts';
import { authorizationErrors } from './errors/authorization-errors.ts';
import { notificationErrors } from './errors/notification-errors.ts';
import { integrationSourceErrors } from './errors/integration-source-errors.ts';
import { connectorErrors } from './errors/connector-errors.ts';
import { connectionErrors } from './errors/connection-errors.ts';
import { projectErrors } from './errors/project-errors.ts';
import type { FieldIssue } from './lib/field-issues.ts';

/**
 * Kinds are neutral: each outlet (HTTP, dialects, CLI, worker) maps them once in an exhaustive record.
 * `rejected` is a well-formed request that the rules forbid; `malformed` one that cannot be read at all. `not_allowed`:
 * the thing is there, but nobody can do this with it; `forbidden`: this caller cannot.
 */
export type ErrorKind =
  | 'malformed'
  | 'invalid'
  | 'rejected'
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
  | 'internal';

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** Every expected failure of the service; its code is public API. */
export class AppError<Code extends string = string> extends Error {
  override readonly name = 'AppError';
  readonly code: Code;
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(code: Code, kind: ErrorKind, message: string, details: ErrorDetails) {
    super(message);
    this.code = code;
    this.kind = kind;
    this.details = details;
  }
}

export interface Declaration<D extends ErrorDetails> {
  readonly kind: ErrorKind;
  readonly message: (details: D) => string;
}

// The catalogue's rows differ in their details, so the bound must accept every details type in parameter position.
type Catalogue = Readonly<Record<string, Declaration<never>>>;

type Makers<C extends Catalogue> = {
  readonly [K in keyof C & string]: C[K] extends Declaration<infer D> ? (details: D) => AppError<K> : never;
};

function defineErrors<C extends Catalogue>(catalogue: C): Makers<C> {
  return Object.fromEntries(
    Object.entries(catalogue).map(([code, row]) => [
      code,
      (details: ErrorDetails) =>
        new AppError(code, row.kind, (row.message as (d: ErrorDetails) => string)(details), details),
    ]),
  ) as unknown as Makers<C>;
}

/** The catalogue, for the documentation and the tests that compare them. */
export const catalogue = {
  ...authorizationErrors,
  ...projectErrors,
  ...authProviderErrors,
  ...notificationErrors,
  ...integrationSourceErrors,
  ...connectionErrors,
  ...connectorErrors,
  ...deploymentErrors,
  /** The body is not JSON. Send valid JSON with `content-type: application/json`. */
  malformed_body: { kind: 'malformed', message: (d: { reason: string }) => `The body is not valid JSON: ${d.reason}` },
  /** The body is not JSON by its `content-type`. Send JSON with `content-type: application/json`. */
  unsupported_media_type: {
    kind: 'unsupported_type',
    message: (d: { contentType: string | null }) =>
      d.contentType === null
        ? 'The content-type header cannot be read; send application/json.'
        : `Bodies of the type '${d.contentType}' are not read; send application/json.`,
  },
  /** One or more fields do not fit; `details.issues` lists each with its path. */
  invalid_request: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      d.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '),
  },
  /** The body is larger than the limit. Send less, or split the request. */
  body_too_large: {
    kind: 'too_large',
    message: (d: { limitBytes: number; bytes: number | null }) =>
      `Request body too large. Maximum size is ${(d.limitBytes / 1_048_576).toFixed(2)}MB${d.bytes === null ? '' : `, but request is ${(d.bytes / 1_048_576).toFixed(2)}MB`}`,
  },
  /** No route has this method and path. See `/openapi.json` for those that exist. */
  route_not_found: {
    kind: 'not_found',
    message: (d: { method: string; path: string }) => `No route ${d.method} ${d.path}.`,
  },
  /** The path exists, but not with this method. `Allow` and `details.allowed` name those that it has. */
  method_not_allowed: {
    kind: 'not_allowed',
    message: (d: { method: string; path: string; allowed: readonly string[] }) =>
      `${d.method} is not possible here: ${d.path} takes ${d.allowed.join(', ')}.`,
  },
  /** Send the API key as `x-api-key: trib_…` or `Authorization: Bearer trib_…`. */
  unauthenticated: {
    kind: 'unauthenticated',
    message: (d: { reason: 'missing' | 'unknown' | 'expired' }) =>
      ({
        missing: 'No valid authentication provided',
        unknown: 'Invalid API key',
        expired: 'API key has expired',
      })[d.reason],
  },
  /** The API key lacks the scope that the route asks for. Use a key with it, or have an administrator make one. */
  forbidden: { kind: 'forbidden', message: (d: { scope: string }) => `This API key lacks the scope ${d.scope}.` },
  /** Too many requests with this key; wait for the seconds in `Retry-After`. */
  rate_limited: {
    kind: 'rate_limited',
    message: (d: { retryAfterSeconds: number }) => `Rate limit exceeded. Try again in ${d.retryAfterSeconds} seconds.`,
  },
  /** Something broke on our side; the request id finds the log line. */
  internal: { kind: 'internal', message: (_: { requestId?: string }) => 'Something went wrong on our side.' },
  /** The service is starting or stopping, or its store cannot be reached. Try again shortly. */
  unavailable: { kind: 'unavailable', message: (d: { reason: string }) => `Not ready: ${d.reason}.` },
  /** The control store's schema is not the one of this version; the message says which migration differs and what to do. */
  schema_mismatch: {
    kind: 'unavailable',
    message: (d: { reason: string }) => `The control store does not fit this version: ${d.reason}.`,
  },
  /** The file is no backup of ours, was made by a newer version, or is damaged; the message says which. Take another backup. */
  backup_unreadable: {
    kind: 'rejected',
    message: (d: { file: string; reason: string }) => `${d.file} cannot be restored: ${d.reason}.`,
  },
  /** A backup is restored into an empty place only, so that nothing is overwritten. Name another data directory or database, or empty it. */
  restore_target_occupied: {
    kind: 'conflict',
    message: (d: { place: string }) => `${d.place} is not empty; a backup is restored into an empty place only.`,
  },
  /** `If-Match` names another version than the stored one. Read the object again and repeat the change. */
  precondition_failed: {
    kind: 'stale',
    message: (d: { current: string }) => `The object has changed since you read it; its ETag is now ${d.current}.`,
  },
  /** The `Idempotency-Key` was used before with another request. Use a fresh key for a different request. */
  idempotency_key_reused: {
    kind: 'conflict',
    message: (_: { key: string }) => 'This Idempotency-Key was used with a different request.',
  },
  /** The first request with this `Idempotency-Key` is still being worked on. Repeat it shortly. */
  idempotency_in_progress: {
    kind: 'conflict',
    message: (_: { key: string }) => 'The first request with this Idempotency-Key is still in progress.',
  },

  /** The id is unknown, or belongs to another organization. */
  organization_not_found: { kind: 'not_found', message: (d: { id: string }) => `Organization ${d.id} not found` },
  /** A stored credential cannot be decrypted. Restore `vault.key` from a backup, or give the credentials anew. */
  credential_unreadable: {
    kind: 'internal',
    message: (d: { row: string; reason: string }) => `The credential of ${d.row} cannot be read: ${d.reason}`,
  },
  /**
   * The vault has a new key that this process does not know yet. It asks the key service for it every ten seconds; when this
   * stays, see that the service answers, or start the process anew.
   */
  vault_key_unknown: {
    kind: 'unavailable',
    message: (d: { id: string }) => `The vault key ${d.id} is not known to this process yet; try again shortly.`,
  },
  /** Keys of the vault cannot be taken out while they open something. Run `tributary vault rotate` first. */
  vault_key_in_use: {
    kind: 'conflict',
    message: (d: { keys: readonly string[]; values: number }) =>
      `${d.values} stored values are sealed by older keys (${d.keys.join(', ')}); run \`tributary vault rotate\` first.`,
  },
  /** No key would be left that can make keys. Make another one with `api_keys:write` first. */
  last_api_key: {
    kind: 'conflict',
    message: (_: { id: string }) => 'This is the last key that can manage API keys; make another one first.',
  },
  /** The key was revoked, has expired or was rotated already. Make a new one, or rotate the one that took its place. */
  api_key_ended: { kind: 'conflict', message: (d: { id: string }) => `API key ${d.id} has ended already` },
  /** The id is unknown, or belongs to another organization. List roles with `GET /tributary/v1/roles`. */
  role_not_found: { kind: 'not_found', message: (d: { id: string }) => `Role ${d.id} not found` },
  /** A role of this name exists already; names are unique in an organization. */
  role_exists: { kind: 'conflict', message: (d: { name: string }) => `Role '${d.name}' already exists` },
  /** The id is unknown, or belongs to another organization. List keys with `GET /tributary/v1/api-keys`. */
  api_key_not_found: { kind: 'not_found', message: (d: { id: string }) => `API key ${d.id} not found` },

  /** The readable id is unknown, or belongs to another organization. List collections with `GET /collections`. */
  collection_not_found: { kind: 'not_found', message: (_: { readableId: string }) => 'Collection not found' },
  /** A collection with this readable id exists already. Choose another, or leave it out to get a fresh one. */
  collection_exists: {
    kind: 'conflict',
    message: (d: { readableId: string }) => `Collection with readable_id '${d.readableId}' already exists`,
  },

  /** No source of this short name. List them with `GET /sources`. */
  source_not_found: { kind: 'not_found', message: (d: { shortName: string }) => `Source '${d.shortName}' not found` },
  /** The id is unknown, or belongs to another organization. List them with `GET /source-connections`. */
  source_connection_not_found: { kind: 'not_found', message: (_: { id: string }) => 'Source connection not found' },
  /** No connection of this name in the project; names compare without case. */
  connection_not_found: {
    kind: 'not_found',
    message: (d: { name: string }) => `Connection (name: ${d.name}) was not found!`,
  },
  /** Connections of this type are opened, not read. Choose one whose type is in `GET /sources`. */
  connection_not_readable: {
    kind: 'rejected',
    message: (d: { name: string; type: string }) =>
      `Connection '${d.name}' is of the type ${d.type}, which cannot be read`,
  },
  /** The source cannot be given credentials in this way; `details.supported` lists the ways it takes. */
  auth_method_unsupported: {
    kind: 'rejected',
    message: (d: { shortName: string; method: string; supported: readonly string[] }) =>
      `Source ${d.shortName} does not support this authentication method. Supported methods: [${d.supported.map((m) => `'${m}'`).join(', ')}]`,
  },
  /** There are no white label integrations here. Leave `white_label_id` out, or send null. */
  white_label_not_found: { kind: 'not_found', message: (d: { id: string }) => `White label ${d.id} not found` },
  /** The credentials lack a field or have a wrong one; `details.issues` names them. */
  invalid_auth_fields: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      `Invalid auth fields: ${d.issues.map((i) => `${i.path.slice(3).join('.')}: ${i.message}`).join('; ')}`,
  },
  /** The configuration lacks a field or has a wrong one; `details.issues` names them. */
  invalid_config_fields: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      `Invalid config fields: ${d.issues.map((i) => `${i.path.slice(2).join('.')}: ${i.message}`).join('; ')}`,
  },
  /** Credentials can be changed only where they were given directly. Connect the source anew to change the method. */
  credentials_not_direct: {
    kind: 'rejected',
    message: (_: Record<string, never>) => 'Credentials can only be updated for direct authentication',
  },
  /** The live check of the source refused the credentials. Renew them and try again. */
  credentials_refused: {
    kind: 'rejected',
    message: (d: { shortName: string; reason: string }) =>
      `Source '${d.shortName}' refused the credentials: ${d.reason}`,
  },
  /** The live check of the source failed because of the configuration; the message says what to change. */
  source_check_failed: {
    kind: 'rejected',
    message: (d: { shortName: string; reason: string }) => `Validation failed for ${d.shortName}: ${d.reason}`,
  },
  /** The source could not be reached or answered nonsense. Check its address and that it is up. */
  source_unreachable: {
    kind: 'upstream',
    message: (d: { shortName: string; reason: string }) => `Source '${d.shortName}' could not be reached: ${d.reason}`,
  },
  /** The source asks to wait before it is called again. Try again after `details.retryAfterSeconds`. */
  source_rate_limited: {
    kind: 'rate_limited',
    message: (d: { shortName: string; retryAfterSeconds: number }) =>
      `Source '${d.shortName}' is rate limited. Try again in ${d.retryAfterSeconds} seconds.`,
  },
  /** The user, or the provider in the user's place, did not allow access; `details.reason` is the provider's word. Start again. */
  oauth_denied: {
    kind: 'rejected',
    message: (d: { provider: string; reason: string }) => `Access was not granted at ${d.provider}: ${d.reason}`,
  },
  /** The provider does not know the grant (any more): it was revoked, has expired or was used before. Connect the source anew. */
  oauth_grant_refused: {
    kind: 'rejected',
    message: (d: { provider: string; reason: string }) => `${d.provider} refuses the grant: ${d.reason}`,
  },
  /** The provider does not accept the OAuth client. Check its id, its secret and its redirect address at the provider. */
  oauth_client_refused: {
    kind: 'rejected',
    message: (d: { provider: string; reason: string }) => `${d.provider} refuses the OAuth client: ${d.reason}`,
  },
  /** The provider answered something that the protocol does not allow or that cannot be trusted; the message says what. */
  oauth_provider_failed: {
    kind: 'upstream',
    message: (d: { provider: string; reason: string }) => `${d.provider} did not answer as it should: ${d.reason}`,
  },
  /** The provider could not be reached, is down or took too long. Try again later; `details.retryAfterSeconds` when it says when. */
  oauth_provider_unreachable: {
    kind: 'upstream',
    message: (d: { provider: string; reason: string; retryAfterSeconds?: number }) =>
      `${d.provider} could not be reached: ${d.reason}`,
  },
  /** OAuth flows start to sync after the callback. Leave `sync_immediately` out, or send false. */
  sync_immediately_unsupported: {
    kind: 'rejected',
    message: (_: Record<string, never>) =>
      'OAuth connections cannot use sync_immediately. Sync starts after OAuth callback.',
  },
  /** The cron expression cannot be read. Use five fields, for example `0 * * * *`. */
  invalid_cron: {
    kind: 'invalid',
    message: (d: { cron: string; reason: string }) => `Invalid cron expression '${d.cron}': ${d.reason}`,
  },
  /** The source cannot be read more often than hourly. Use a schedule of an hour or more. */
  schedule_too_frequent: {
    kind: 'rejected',
    message: (d: { shortName: string }) =>
      `Source '${d.shortName}' does not support continuous syncs. Minimum schedule interval is 1 hour (e.g., '0 * * * *' for hourly).`,
  },
  /** `cursor_field` must name a field of a selected stream; `details.available` lists candidates. */
  unknown_cursor_field: {
    kind: 'invalid',
    message: (d: { field: string; available: readonly string[] }) =>
      `Unknown cursor_field '${d.field}'. Available: ${d.available.join(', ') || 'none'}`,
  },

  /** A job of this source connection is still going. Wait for it, or cancel it. */
  sync_already_running: {
    kind: 'conflict',
    message: (d: { jobId: string; state: string }) => `Cannot start new sync: a sync job is already ${d.state}`,
  },
  /** The sync is paused or the connection is off. Resume it, renew the credentials, or enable it. */
  sync_not_active: { kind: 'conflict', message: (d: { state: string }) => `Cannot trigger sync: sync is ${d.state}` },
  /** The source connection has no sync yet; finish its authentication first. */
  sync_not_found: { kind: 'not_found', message: (_: { id: string }) => 'No sync found for this source connection' },
  /** The job is unknown, or belongs to another source connection. */
  job_not_found: { kind: 'not_found', message: (_: { id: string }) => 'Sync job not found' },
  /** The job has ended already. */
  job_not_cancellable: { kind: 'conflict', message: (d: { state: string }) => `Cannot cancel job in ${d.state} state` },
  /** No sweep is held back for this source connection. */
  sweep_not_held: { kind: 'conflict', message: (_: { id: string }) => 'No sweep is waiting for a confirmation.' },
  /** A stream that is named does not exist; `details.available` lists those that do. Patterns may fit nothing. */
  unknown_stream: {
    kind: 'invalid',
    message: (d: { names: readonly string[]; available: readonly string[] }) =>
      `The source has no stream ${d.names.join(', ')}. It has: ${d.available.join(', ') || 'none'}`,
  },
  /** A field that a rule names does not exist in its stream; `details.available` lists those that do. */
  unknown_field: {
    kind: 'invalid',
    message: (d: { stream: string; path: string; available: readonly string[] }) =>
      `${d.stream === '*' ? 'No stream' : `The stream ${d.stream}`} has ${d.stream === '*' ? 'a' : 'no'} field ${d.path}. There are: ${d.available.join(', ') || 'none'}`,
  },
  /** Records are known by this field: without it, or with parts of it hidden, two of them would be one. Hash it instead. */
  key_field_protected: {
    kind: 'invalid',
    message: (d: { stream: string; path: string; action: string }) =>
      `The records of ${d.stream} are known by ${d.path}, so it cannot be changed by '${d.action}'. Only 'hash' keeps them apart.`,
  },
  /** The selection contradicts itself or reads nothing; the message says where. */
  invalid_selection: { kind: 'invalid', message: (d: { reason: string }) => `Invalid selection: ${d.reason}` },
  /** Nothing of the source's schema waits to be accepted. */
  schema_not_held: {
    kind: 'conflict',
    message: (_: { id: string }) => 'No stream or field is waiting to be accepted.',
  },
  /** The operator's configuration forbids it; the message names the variable to set. */
  host_access_refused: { kind: 'forbidden', message: (d: { reason: string }) => d.reason },
} as const satisfies Catalogue;

export const errors = defineErrors(catalogue);
export type ErrorCode = keyof typeof catalogue;
