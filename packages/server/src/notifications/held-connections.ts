import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import type { ConnectionId } from '../lib/ids.ts';

/** The connections that are deployed to this worker, as far as notifications need them. */
export interface HeldConnections {
  /** `undefined` when it is not deployed here. Throws `ConnectorError`, which says why, when it is off or could not be opened. */
  get(connectionId: ConnectionId): OpenConnection | undefined;
}
