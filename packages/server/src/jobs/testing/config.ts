import type { Config } from '../../config.ts';
import type { WorkerConfig } from '../worker-settings.ts';

/** Settings of a service with workers, for tests; the lease is longer than any test, so nothing waits for it to run out. */
export function testConfig(dataDir: string, workers: number): WorkerConfig & Pick<Config, 'workers'> {
  return {
    dataDir,
    databaseUrl: undefined,
    rowSecurity: false,
    vaultKeys: undefined,
    vaultTransitUrl: undefined,
    vaultTransitKey: 'tributary',
    vaultTransitToken: undefined,
    allowPrivateNetwork: [],
    fileRoots: [],
    allowExecutables: false,
    oauthClients: undefined,
    internalSources: false,
    environment: 'production',
    jobsPerWorker: 2,
    maxEntities: 0,
    maxMegabytes: 0,
    leaseMs: 600_000,
    logLevel: 'silent',
    workers,
  };
}
