import { must } from '../../lib/asserts.ts';
import type { ConnectionId } from '../../lib/ids.ts';
import type { Queryable } from '../../control/database.ts';
import type { Deployments, EnvironmentResult, PlacedDeployment } from '../../deployments/deployments.ts';

/** What the workers of one environment hold of a connection. */
export interface Held {
  readonly handle: string;
  readonly enabled: boolean;
  readonly revision: number;
}

/** Deployments to one environment whose workers are this object, for tests. */
export class MemoryDeployments implements Deployments {
  readonly held = new Map<ConnectionId, Held>();
  /** What the next ones answer. */
  failure: string | undefined;
  readonly #placed = new Map<ConnectionId, Held | undefined>();
  #version = 0;

  async place(
    tx: Queryable,
    organizationId: PlacedDeployment['organizationId'],
    connectionId: ConnectionId,
  ): Promise<PlacedDeployment> {
    const row = await tx
      .selectFrom('connection')
      .select(['handle', 'enabled', 'revision', 'project_id'])
      .where('organization_id', '=', organizationId)
      .where('id', '=', connectionId)
      .executeTakeFirst();
    const { handle, enabled, revision, project_id: projectId } = must(row, 'only what is stored is placed');
    this.#placed.set(connectionId, { handle, enabled: enabled === 1, revision });
    return { organizationId, projectId, connectionId, version: (this.#version += 1) };
  }

  async withdraw(
    tx: Queryable,
    organizationId: PlacedDeployment['organizationId'],
    connectionId: ConnectionId,
  ): Promise<PlacedDeployment | undefined> {
    if (!this.held.has(connectionId)) return undefined;
    const placed = await this.place(tx, organizationId, connectionId);
    this.#placed.set(connectionId, undefined);
    return placed;
  }

  settle({ connectionId }: PlacedDeployment): Promise<readonly EnvironmentResult[]> {
    const placed = this.#placed.get(connectionId);
    const failure = this.failure;
    if (failure === undefined && placed) this.held.set(connectionId, placed);
    else if (failure === undefined) this.held.delete(connectionId);
    const done = placed ? 'Deployment successful' : 'Undeployment successful';
    const result = { environmentName: 'production', success: failure === undefined, message: failure ?? done };
    return Promise.resolve([result]);
  }
}
