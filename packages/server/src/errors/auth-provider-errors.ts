import type { Declaration } from '../errors.ts';
import type { FieldIssue } from '../lib/field-issues.ts';

/** What goes wrong with outside vaults that have the credentials of connections. Part of the catalogue. */
export const authProviderErrors = {
  /** No auth provider of this readable id is connected. List them with `GET /auth-providers/connections/`. */
  auth_provider_not_found: {
    kind: 'not_found',
    message: (d: { readableId: string }) => `Auth provider '${d.readableId}' not found`,
  },
  /** There is no adapter for such an auth provider. List those that there are with `GET /auth-providers/list`. */
  auth_provider_kind_not_found: {
    kind: 'not_found',
    message: (d: { shortName: string }) => `Auth provider '${d.shortName}' not found`,
  },
  /** An auth provider with this readable id is connected already. Choose another, or leave it out to get a fresh one. */
  auth_provider_exists: {
    kind: 'conflict',
    message: (d: { readableId: string }) => `Auth provider with readable_id '${d.readableId}' already exists`,
  },
  /** Connections get their credentials from it; `details.connections` says how many. Delete those, or give them another auth provider. */
  auth_provider_in_use: {
    kind: 'conflict',
    message: (d: { readableId: string; connections: number }) =>
      `Auth provider '${d.readableId}' gives ${d.connections} ${d.connections === 1 ? 'connection its' : 'connections their'} credentials and cannot be deleted`,
  },
  /** The auth provider has no credentials for this source, or cannot give them to us; `details.supported` lists those that can. */
  auth_provider_unsupported: {
    kind: 'rejected',
    message: (d: { shortName: string; kind: string; supported: readonly string[] }) =>
      `Source ${d.shortName} does not support the auth provider '${d.kind}'. Supported auth providers: [${d.supported.map((one) => `'${one}'`).join(', ')}]`,
  },
  /** The auth provider refused the key, has no such account, or not the credentials that the source needs; the message says which. */
  auth_provider_refused: {
    kind: 'rejected',
    message: (d: { readableId: string; reason: string }) => `Auth provider '${d.readableId}': ${d.reason}`,
  },
  /** The auth provider could not be reached or answered nonsense. Check its address, or try again later. */
  auth_provider_unreachable: {
    kind: 'upstream',
    message: (d: { readableId: string; reason: string }) =>
      `Auth provider '${d.readableId}' could not be reached: ${d.reason}`,
  },
  /** The auth provider asks to wait before it is called again. Try again after `details.retryAfterSeconds`. */
  auth_provider_rate_limited: {
    kind: 'rate_limited',
    message: (d: { readableId: string; retryAfterSeconds: number }) =>
      `Auth provider '${d.readableId}' is rate limited. Try again in ${d.retryAfterSeconds} seconds.`,
  },
  /** The key of the auth provider lacks a field or has a wrong one; `details.issues` names them. */
  invalid_auth_provider_fields: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      `Invalid auth fields: ${d.issues.map((i) => `${i.path.slice(2).join('.')}: ${i.message}`).join('; ')}`,
  },
  /** What names the account at the auth provider lacks a field or has a wrong one; `details.issues` names them. */
  invalid_auth_provider_config: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) =>
      `Invalid auth provider config: ${d.issues.map((i) => `${i.path.slice(3).join('.')}: ${i.message}`).join('; ')}`,
  },
  /** The source connection gets no credentials from an auth provider, and the change names none. Connect the source anew to change the method. */
  auth_provider_not_used: {
    kind: 'rejected',
    message: (_: Record<string, never>) =>
      'Only a source connection that was made with an auth provider can get another one',
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
