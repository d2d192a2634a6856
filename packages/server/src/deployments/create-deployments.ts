import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ConnectionService } from '../connections/service.ts';
import type { Queryable } from '../control/database.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../lib/ids.ts';
import type { Vault } from '../vault/vault.ts';
import type { Deployments, PlacedDeployment } from './deployments.ts';
import {
  endDeployment,
  holdConnection,
  holdProject,
  listPlacements,
  raiseVersion,
  tellProcesses,
  upsertDeployment,
} from './repository.ts';
import { settle, type SettlingNeeds } from './settling.ts';
import { readSnapshot, snapshotContext, standsOn, type Ground } from './snapshot.ts';

/** Deployments that follow what they stand on. */
export interface Redeployments {
  /**
   * In the caller's transaction, after it has changed variables or key material of a project: what is deployed with them becomes a
   * new version, so that workers open it anew. Hand the result to `announce` after the commit.
   */
  redeploy(
    tx: Queryable,
    organizationId: OrganizationId,
    projectId: ProjectId,
    changed: Ground,
  ): Promise<readonly PlacedDeployment[]>;
  /** After the commit: tells the workers, and waits for nobody. */
  announce(placed: readonly PlacedDeployment[]): void;
}

export interface DeploymentsNeeds extends SettlingNeeds {
  readonly connections: Pick<ConnectionService, 'get' | 'openSettings'>;
  readonly vault: Vault;
  /** Tells the workers of this service; workers of other processes hear it from the store, or look. */
  readonly tellWorkers: (connectionId: ConnectionId) => void;
}

/** Deployments over the control store: what is placed is written down, and workers compare it with what they hold. */
export function createDeployments(needs: DeploymentsNeeds): Deployments & Redeployments {
  const { control, tellWorkers } = needs;
  return {
    place: (tx, organizationId, connectionId) => place(needs, tx, organizationId, connectionId),
    async withdraw(tx, organizationId, connectionId) {
      const { vault, clock } = needs;
      // What is left names the connection, and has none of its secrets.
      const end = { ...vault.seal({}, snapshotContext(organizationId, connectionId)), placed_at: clock.now() };
      const row = await endDeployment(tx, organizationId, connectionId, end);
      if (!row) return undefined;
      await tellProcesses(tx, control.dialect, 'placed', connectionId);
      return { organizationId, projectId: row.project_id, connectionId, version: row.version };
    },
    async settle(placed) {
      tellWorkers(placed.connectionId);
      return settle(needs, placed);
    },
    redeploy: (tx, organizationId, projectId, changed) => redeploy(needs, tx, organizationId, { projectId, changed }),
    announce(placed) {
      for (const { connectionId } of placed) tellWorkers(connectionId);
    },
  };
}

async function place(
  { control, connections, vault, clock }: DeploymentsNeeds,
  tx: Queryable,
  organizationId: OrganizationId,
  connectionId: ConnectionId,
): Promise<PlacedDeployment> {
  await holdConnection(tx, control.dialect, organizationId, connectionId);
  const row = await connections.get(tx, organizationId, connectionId);
  const projectId = row.project_id;
  // A variable that is changed at this moment either is in what workers read, or raises this placement.
  await holdProject(tx, control.dialect, organizationId, { projectId, how: 'shared' });
  const { credentials, config } = await connections.openSettings(tx, organizationId, connectionId);
  const endpoint = JSON.parse(row.endpoint) as JsonObject;
  const typeFields = JSON.parse(row.type_fields ?? '{}') as JsonObject;
  const snapshot = { endpoint, typeFields, credentials, config };
  const version = await upsertDeployment(tx, organizationId, {
    connection_id: connectionId,
    project_id: projectId,
    handle: row.handle,
    connector: row.connector,
    enabled: row.enabled,
    revision: row.revision,
    ...vault.seal(snapshot, snapshotContext(organizationId, connectionId)),
    placed_at: clock.now(),
  });
  await tellProcesses(tx, control.dialect, 'placed', connectionId);
  return { organizationId, projectId, connectionId, version };
}

async function redeploy(
  { control, vault, clock }: DeploymentsNeeds,
  tx: Queryable,
  organizationId: OrganizationId,
  { projectId, changed }: { readonly projectId: ProjectId; readonly changed: Ground },
): Promise<readonly PlacedDeployment[]> {
  await holdProject(tx, control.dialect, organizationId, { projectId, how: 'alone' });
  const raised: PlacedDeployment[] = [];
  for (const row of await listPlacements(tx, organizationId, projectId)) {
    const connectionId = row.connection_id;
    const snapshot = readSnapshot(vault.open(row, snapshotContext(organizationId, connectionId)));
    if (!standsOn(snapshot, changed)) continue;
    const version = await raiseVersion(tx, organizationId, connectionId, clock.now());
    if (version === undefined) continue;
    await tellProcesses(tx, control.dialect, 'placed', connectionId);
    raised.push({ organizationId, projectId, connectionId, version });
  }
  return raised;
}
