import type { Logger } from 'pino';
import type { AuditLog } from './audit/service.ts';
import { createKeyMaterialSource } from './certificates/key-material-source.ts';
import type { Config } from './config.ts';
import { createConnectionProbe } from './connections/connection-probe.ts';
import { createNamedConnections, type NamedConnections } from './connections/named-connections.ts';
import type { ConnectorRegistry } from './connections/registry.ts';
import type { ConnectionService } from './connections/service.ts';
import { createTypeOpener } from './connections/type-opener.ts';
import type { ControlStore } from './control/database.ts';
import type { Deployments } from './deployments/deployments.ts';
import { getEnvironment } from './environments/service.ts';
import { createVariableSource } from './environments/variable-source.ts';
import type { Clock } from './lib/clock.ts';
import type { ProjectService } from './projects/service.ts';
import { createConnectionUsers } from './source-connections/connection-users.ts';
import type { Vault } from './vault/vault.ts';

export interface NamedConnectionParts {
  readonly config: Pick<Config, 'allowPrivateNetwork' | 'fileRoots' | 'dataDir' | 'showConnectionSecrets'>;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly projects: ProjectService;
  readonly connections: ConnectionService;
  readonly deployments: Deployments;
  /** How long the far end of a connection may take to answer. */
  readonly probeTimeoutMs: number;
}

/** The part of the object graph that connections by name need. */
export function buildNamedConnections(parts: NamedConnectionParts): NamedConnections {
  const { control, clock, vault } = parts;
  const keyMaterial = createKeyMaterialSource({ vault });
  const opener = createTypeOpener({ ...parts, variables: createVariableSource({ vault }), keyMaterial });
  const probe = createConnectionProbe({
    opener,
    findEnvironment: async (organizationId, projectId, name) =>
      (await getEnvironment(control.db, { organizationId }, projectId, name)).id,
    timeoutMs: parts.probeTimeoutMs,
  });
  return createNamedConnections({ ...parts, keyMaterial, probe, users: createConnectionUsers({ clock }) });
}
