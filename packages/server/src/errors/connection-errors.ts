import type { Declaration } from '../errors.ts';
import type { FieldIssue } from '../lib/field-issues.ts';

const listed = (issues: readonly FieldIssue[]): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');

/** What goes wrong with connections that are managed by their names, and with the tokens for that. Part of the catalogue. */
export const connectionErrors = {
  /** No connection of the project has this name, or it is of a kind that is not managed here. Names compare without case. */
  connection_not_found: {
    kind: 'not_found',
    message: (d: { name: string }) => `Connection (name: ${d.name}) was not found!`,
  },
  /** A connection of the project has this name, of whatever type and made through whichever API. Choose another. */
  connection_exists: {
    kind: 'conflict',
    message: (d: { name: string }) => `Connection (name: ${d.name}) already exists!`,
  },
  /** The path has nothing where the name of a connection should be. */
  connection_name_empty: {
    kind: 'rejected',
    message: (_: Record<string, never>) => 'Connection name can not be empty!',
  },
  /** The name in the path and the one in the body differ in more than case. Send the same, or leave it out of the body. */
  connection_name_mismatch: {
    kind: 'rejected',
    message: (d: { path: string; body: string }) =>
      `Connection name in path (${d.path}) does not match name in body (${d.body})!`,
  },
  /** There is no such type; `details.types` lists those that there are. */
  connection_type_unknown: {
    kind: 'rejected',
    message: (d: { type: string; types: readonly string[] }) =>
      `Connection type '${d.type}' is not known! Valid types: ${d.types.join(', ')}`,
  },
  /** A connection keeps its type. Delete it and create another. */
  connection_type_fixed: {
    kind: 'rejected',
    message: (_: { stored: string; given: string }) => 'Connection type can not be changed!',
  },
  /** Fields that the type needs are missing, in the request and in what is stored; `details.issues` names them. */
  connection_fields_missing: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) => listed(d.issues),
  },
  /** Fields have values that the type does not take; `details.issues` names them. */
  connection_fields_refused: {
    kind: 'invalid',
    message: (d: { issues: readonly FieldIssue[] }) => listed(d.issues),
  },
  /** The project has no certificate or key store of this name. Upload it first, or correct the name. */
  key_store_not_found: {
    kind: 'rejected',
    message: (d: { name: string; field: string }) => `KeyStore (name: ${d.name}) was not found!`,
  },
  /** Source connections read with this connection. Delete them first; `details.users` names them. */
  connection_in_use: {
    kind: 'conflict',
    message: (d: { name: string; users: readonly string[] }) =>
      `Connection (name: ${d.name}) is used by ${d.users.map((user) => `'${user}'`).join(', ')}; delete these source connections first!`,
  },
  /** Tokens are given for client credentials only. Send `grant_type=client_credentials`. */
  unsupported_grant_type: {
    kind: 'rejected',
    message: (_: Record<string, never>) => 'GrantType value must be client_credentials!',
  },
  /** `client_id` is the id of an API key and `client_secret` the key itself; these two do not belong together, or the key has ended. */
  client_refused: { kind: 'unauthenticated', message: (_: Record<string, never>) => 'Bad credentials' },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
