import type { ApiKeyId, OrganizationId, ProjectId } from '../lib/ids.ts';

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
  /** In the whole organization: those of the key itself, and of its roles. */
  readonly scopes: ReadonlySet<Scope | '*'>;
  /** What roles add in single projects; absent: nothing. */
  readonly projectScopes?: ReadonlyMap<ProjectId, ReadonlySet<Scope>>;
}
