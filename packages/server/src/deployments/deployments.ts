import type { Queryable } from '../control/database.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../lib/ids.ts';

/** A deployment that is written down, and that the workers are yet to be told of. */
export interface PlacedDeployment {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly connectionId: ConnectionId;
  /** Rises with each deployment of the connection, its end included. */
  readonly version: number;
}

/** How a deployment went in one environment of the project. */
export interface EnvironmentResult {
  readonly environmentName: string;
  /** Every live worker of the environment holds this version, or has let go of the connection. */
  readonly success: boolean;
  /** `Deployment successful`, `Undeployment successful`, or who failed and why; workers that did not answer are named. */
  readonly message: string;
}

/** Brings revisions of connections to the workers of a project's environments. */
export interface Deployments {
  /**
   * In the caller's transaction: from now on workers are to hold the connection as it is stored at this moment, its handle, its
   * settings and whether it is enabled. A later change that is not placed leaves what is deployed as it is.
   */
  place(tx: Queryable, organizationId: OrganizationId, connectionId: ConnectionId): Promise<PlacedDeployment>;
  /** In the caller's transaction, before the connection is deleted; undefined when it was not deployed. */
  withdraw(
    tx: Queryable,
    organizationId: OrganizationId,
    connectionId: ConnectionId,
  ): Promise<PlacedDeployment | undefined>;
  /**
   * After the commit: tells the workers, and waits for each live one of each environment, for so long as the operator has set.
   * Gives one entry for each environment, by name. What workers failed at is in the entries: it throws nothing of that.
   */
  settle(placed: PlacedDeployment): Promise<readonly EnvironmentResult[]>;
}
