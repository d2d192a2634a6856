import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import type { ConnectionId, OrganizationId, ProjectId } from '../lib/ids.ts';

/** A deployed connection as one worker holds it. */
export interface HeldConnection {
  readonly connectionId: ConnectionId;
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly handle: string;
  /** Of its deployment. */
  readonly version: number;
  /** `disabled`: switched off, so there is no client; `failed`: no client could be built, and the worker tries again. */
  readonly state: 'open' | 'disabled' | 'failed';
  /** Why there is no client. */
  readonly reason?: string;
}

/** The deployed connections that this worker holds, for whoever uses them. */
export interface HeldConnections {
  /** Undefined when this worker holds none of this id: it is not deployed to the worker's environment, or not yet loaded. */
  find(connectionId: ConnectionId): HeldConnection | undefined;
  /**
   * The open client, undefined when this worker holds none of this id. Each use is noted for the worker's health. Ask for it each
   * time: a deployment puts another one in its place. Throws `ConnectorError('configuration')`, which says why, when the
   * connection is switched off or its client could not be built.
   */
  get(connectionId: ConnectionId): OpenConnection | undefined;
  list(): readonly HeldConnection[];
  /** Closes every client. */
  close(): Promise<void>;
}
