import type { Queryable } from '../control/database.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';

/** Who holds what connections were, and follows them in the transaction of a change, through whichever API it came. */
export interface ConnectionFollowers {
  /** Settings, credentials or the switch are others now. */
  changed(tx: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<void>;
  /** It is gone. */
  removed(tx: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<void>;
}
