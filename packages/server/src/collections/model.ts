import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Millis } from '../control/schema.ts';
import type { CollectionId, OrganizationId } from '../lib/ids.ts';

/** `active`: something can be found or is on its way; `error`: every source failed; `needs_source`: nothing to read yet. */
export type CollectionStatus = 'active' | 'needs_source' | 'error';

export interface Collection {
  readonly id: CollectionId;
  readonly organizationId: OrganizationId;
  readonly readableId: string;
  readonly name: string;
  readonly syncConfig: JsonObject | null;
  readonly status: CollectionStatus;
  /** The source connections, by the connector's given spelling and the display name. */
  readonly sources: readonly { readonly shortName: string; readonly name: string }[];
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

export interface CollectionInput {
  readonly name: string;
  readonly readableId?: string | null;
  readonly syncConfig?: JsonObject | null;
}

export interface CollectionChange {
  readonly name?: string;
  readonly syncConfig?: JsonObject | null;
}

/** A page of a list: by offset (`skip`) or after a cursor. */
export interface PageRequest {
  readonly skip: number;
  readonly limit: number;
  /** Opaque; from `next` of the page before. */
  readonly after?: string;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null at the end. */
  readonly next: string | null;
}
