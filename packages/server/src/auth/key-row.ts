import type { Millis } from '../control/schema.ts';
import { newId, type ApiKeyId, type OrganizationId } from '../lib/ids.ts';
import type { Scope } from './actor.ts';
import { hashKey, visiblePart } from './key-text.ts';
import type { ApiKeyRow } from './repository.ts';

export interface KeyOwner {
  readonly name: string;
  readonly email: string;
}

/** What a new key is made of. */
export interface KeyProperties {
  readonly owner: KeyOwner;
  readonly scopes: readonly (Scope | '*')[];
  readonly expiresAt: Millis | null;
  /** Default: the owner. */
  readonly madeBy?: string;
}

/** The row of a key with this text; the text itself is not in it. */
export function apiKeyRow(
  organizationId: OrganizationId,
  text: string,
  now: Millis,
  properties: KeyProperties,
): ApiKeyRow {
  return {
    id: newId<ApiKeyId>(),
    organization_id: organizationId,
    hash: hashKey(text),
    prefix: visiblePart(text),
    owner_name: properties.owner.name,
    owner_email: properties.owner.email,
    scopes: JSON.stringify([...new Set(properties.scopes)]),
    created_at: now,
    expires_at: properties.expiresAt,
    last_used_at: null,
    revoked_at: null,
    created_by_email: properties.madeBy ?? properties.owner.email,
    modified_at: now,
    modified_by_email: properties.madeBy ?? properties.owner.email,
    replaced_by: null,
  };
}
