import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { createKeyMaterialSource } from '../certificates/key-material-source.ts';
import { createTypeOpener } from '../connections/type-opener.ts';
import type { ControlStore } from '../control/database.ts';
import { createDeploymentWorker, type DeploymentWorker } from '../deployments/workers/deployment-worker.ts';
import { createPlacementOpener } from '../deployments/workers/placement-opener.ts';
import { createVariableSource } from '../environments/variable-source.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConnectionId } from '../lib/ids.ts';
import type { Vault } from '../vault/vault.ts';
import { machineName } from './machine.ts';
import type { WorkerConfig } from './worker-settings.ts';

interface Needs {
  readonly config: WorkerConfig;
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
}

export type HoldDeployments = (
  owner: string,
  onAnswered: ((connectionId: ConnectionId) => void) | undefined,
) => DeploymentWorker;

/** Builds what holds deployed connections in this process: it opens them under the operator's rules, in its environment. */
export function createHoldDeployments({ config, control, vault, clock, log }: Needs): HoldDeployments {
  const variables = createVariableSource({ vault });
  const keyMaterial = createKeyMaterialSource({ vault });
  const opener = createTypeOpener({ config, control, variables, keyMaterial, clock, log });
  const open = createPlacementOpener({ opener, vault, clock, log });
  return (owner, onAnswered) => {
    const { environment } = config;
    const identity = { owner, machine: machineName(), host: hostname(), pid: process.pid, environment };
    return createDeploymentWorker({ control, open, identity, clock, log, ...(onAnswered && { onAnswered }) });
  };
}
