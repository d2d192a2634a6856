import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Millis } from '../../control/schema.ts';
import type { AuthProviderId, OrganizationId } from '../../lib/ids.ts';
import type { OutsideKind } from './outside-provider.ts';

/** An outside vault that an organization has connected, as every presenter sees it: nothing of the key is in it. */
export interface AuthProvider {
  readonly id: AuthProviderId;
  readonly organizationId: OrganizationId;
  readonly readableId: string;
  readonly name: string;
  readonly description: string | null;
  readonly kind: OutsideKind;
  /** Beginning and end of the key's client id, where it has one. */
  readonly maskedClientId: string | null;
  readonly createdAt: Millis;
  readonly modifiedAt: Millis;
  readonly createdByEmail: string | null;
  readonly modifiedByEmail: string | null;
}

export interface AuthProviderInput {
  readonly name: string;
  /** Generated from the name when it is not given. */
  readonly readableId: string | null;
  readonly description: string | null;
  readonly kind: OutsideKind;
  /** Not yet validated. */
  readonly key: JsonObject;
}

/** Absent: keep. */
export interface AuthProviderChange {
  readonly name?: string;
  readonly description?: string | null;
  /** The whole key anew; not yet validated. */
  readonly key?: JsonObject;
}
