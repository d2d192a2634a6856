import type { ApiKeyId, OrganizationId } from '../lib/ids.ts';

/** What a key may do: `<noun>:read` or `<noun>:write`; write includes read, `*` is everything. */
export const scopes = [
  'collections:read',
  'collections:write',
  'source_connections:read',
  'source_connections:write',
  'syncs:read',
  'syncs:write',
  'search:read',
  'organization:read',
  'organization:write',
  'api_keys:read',
  'api_keys:write',
  'audit:read',
] as const;
export type Scope = (typeof scopes)[number];

/** Who calls: the owner of the API key, in exactly one organization. */
export interface Actor {
  readonly organizationId: OrganizationId;
  readonly apiKeyId: ApiKeyId;
  readonly name: string;
  readonly email: string;
  readonly scopes: ReadonlySet<Scope | '*'>;
}

/** Who did something: a caller, or the service by itself, whose key and email are null. */
export interface Doer {
  readonly organizationId: OrganizationId;
  readonly apiKeyId: ApiKeyId | null;
  readonly email: string | null;
}
