import { createSqliteWriters } from '../collection-store/sqlite/writers.ts';
import { createUsageService } from '../collections/usage.ts';
import { createContextFactory } from '../connections/context.ts';
import { createRegistry } from '../connections/registry.ts';
import { createConnectionService } from '../connections/service.ts';
import { openControlStore } from '../control/open.ts';
import { loadSyncInput } from '../source-connections/sync-input.ts';
import { openVault } from '../vault/open-vault.ts';
import { createExecute } from './run-job.ts';
import type { OpenParts } from './worker-life.ts';
import { liveAsWorker } from './worker-life.ts';

/** Builds what a worker works with: stores and connectors of its own, nothing shared with the service. */
const openParts: OpenParts = async (config, { clock, log }) => {
  const control = await openControlStore({ ...config, clock, busy: 'block', migrations: 'verify' });
  const writers = createSqliteWriters({ dataDir: config.dataDir, clock });
  const vault = await openVault({ dataDir: config.dataDir, control });
  const connections = createConnectionService({ vault, clock });
  const usage = createUsageService({ control, clock, config });
  return {
    control,
    execute: createExecute({
      loadSyncInput: (job) =>
        loadSyncInput({ control, connections, usage }, job.organizationId, job.sourceConnectionId),
      registry: createRegistry({ internal: config.internalSources }),
      makeContext: createContextFactory({ config, clock, log }),
      writers,
      recordUsage: (input, size) => usage.record(input.organizationId, input.collectionId, size),
      clock,
      log,
    }),
    async close() {
      await writers.close();
      await control.close();
    },
  };
};

await liveAsWorker(openParts);
