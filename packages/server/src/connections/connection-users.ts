import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../control/database.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';

/** The source connections that read with a connection. */
export interface ConnectionUsers {
  /** Their display names, those that are being deleted included. */
  list(db: Queryable, organizationId: OrganizationId, id: ConnectionId): Promise<readonly string[]>;
  /** Gives those that were called as the connection its new name; the others have a name of their own. */
  rename(
    tx: Queryable,
    actor: Actor,
    id: ConnectionId,
    names: { readonly from: string; readonly to: string },
  ): Promise<void>;
}
