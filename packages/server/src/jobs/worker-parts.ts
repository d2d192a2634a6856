import type { Logger } from 'pino';
import type { SettleJob } from '../collection-store/port.ts';
import { createOAuthClients } from '../auth/oauth/clients.ts';
import { readOperatorClients } from '../auth/oauth/operator-clients.ts';
import type { RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import { createKeyMaterialSource } from '../certificates/key-material-source.ts';
import { createSqliteWriters } from '../collection-store/sqlite/writers.ts';
import { createUsageService } from '../collections/usage.ts';
import { createContextFactory } from '../connections/context.ts';
import { createFillSettings } from '../connections/fill-settings.ts';
import { createKeepConfiguration } from '../connections/keep-configuration.ts';
import { openCredentials } from '../connections/open-credentials.ts';
import { manifestsHere } from '../connectors/manifests-here.ts';
import { openRegistry } from '../connectors/open-registry.ts';
import { createConnectionService } from '../connections/service.ts';
import type { ControlStore } from '../control/database.ts';
import { createVariableSource } from '../environments/variable-source.ts';
import type { Clock } from '../lib/clock.ts';
import { loadSyncInput } from '../source-connections/sync-input.ts';
import { createOrganizationKeys } from '../vault/organization-keys.ts';
import { openVault } from '../vault/open-vault.ts';
import { createHoldDeployments, type HoldDeployments } from './hold-deployments.ts';
import { createExecute } from './run-job.ts';
import type { ExecuteJob } from './running-job.ts';
import type { WorkerConfig } from './worker-settings.ts';

/** What a worker process works with. */
export interface WorkerParts {
  readonly control: ControlStore;
  readonly execute: ExecuteJob;
  readonly settle: SettleJob;
  /** The deployed connections of this process, under the name of its leases. */
  readonly holdDeployments: HoldDeployments;
  /** Closes everything, the control store too. */
  close(): Promise<void>;
}

interface Needs {
  readonly config: WorkerConfig;
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears of the renewals of tokens that this process has tried. */
  readonly onRenewal?: (outcome: RenewalOutcome) => void;
}

/** Builds what a worker works with over an open control store: connectors and writers of its own, nothing shared with the service. */
export async function openWorkerParts(needs: Needs): Promise<WorkerParts> {
  const { config, control, clock, log } = needs;
  const writers = createSqliteWriters({ dataDir: config.dataDir, clock });
  const vault = await openVault({ ...config, control });
  const connections = createConnectionService({ vault, clock });
  const organizationKeys = createOrganizationKeys({ vault, clock });
  const usage = createUsageService({ control, clock, config });
  const variables = createVariableSource({ vault });
  const keyMaterial = createKeyMaterialSource({ vault });
  const registry = openRegistry({ config, control, clock, log, manifests: manifestsHere });
  const clients = createOAuthClients({ vault, operator: readOperatorClients(config.oauthClients) });
  const parts = openCredentials({ ...needs, vault, registry, clients });
  return {
    control,
    settle: (job, withinMs) => writers.settle(job, withinMs),
    holdDeployments: createHoldDeployments({
      config,
      control,
      vault,
      variables,
      keyMaterial,
      clock,
      log,
    }),
    execute: createExecute({
      loadSyncInput: (job) =>
        loadSyncInput({ control, connections, organizationKeys, usage }, job.organizationId, job.sourceConnectionId),
      registry,
      credentials: parts.credentials,
      fill: createFillSettings({ control, variables, keyMaterial }),
      keepConfiguration: createKeepConfiguration({ control, vault, log }),
      makeContext: createContextFactory({ config, clock, log }),
      writers,
      recordUsage: (input, size) => usage.record(input.organizationId, input.collectionId, size),
      clock,
      log,
    }),
    async close() {
      await writers.close();
      await parts.close();
      await control.close();
    },
  };
}
