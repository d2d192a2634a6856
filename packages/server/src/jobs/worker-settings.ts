import { Secret } from '@tributary/connectors/kit/secret';
import type { RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import type { Config } from '../config.ts';
import type { ConnectionId, JobId } from '../lib/ids.ts';
import type { EndedJob } from './job-row.ts';

/** What a worker process needs of the configuration. */
export type WorkerConfig = Pick<
  Config,
  | 'dataDir'
  | 'databaseUrl'
  | 'rowSecurity'
  | 'vaultKeys'
  | 'vaultTransitUrl'
  | 'vaultTransitKey'
  | 'vaultTransitToken'
  | 'allowPrivateNetwork'
  | 'fileRoots'
  | 'allowExecutables'
  | 'oauthClients'
  | 'internalSources'
  | 'environment'
  | 'jobsPerWorker'
  | 'leaseMs'
  | 'maxEntities'
  | 'maxMegabytes'
  | 'logLevel'
>;

/** The same as JSON: what the service sends to its workers, over a channel that nobody else can read. */
export type WorkerSettings = Omit<WorkerConfig, SecretSetting | 'vaultTransitUrl'> & {
  readonly [K in SecretSetting | 'vaultTransitUrl']: string | null;
};

type SecretSetting = 'databaseUrl' | 'vaultKeys' | 'vaultTransitToken';

export function toSettings(config: WorkerConfig): WorkerSettings {
  return {
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl?.reveal() ?? null,
    rowSecurity: config.rowSecurity,
    vaultKeys: config.vaultKeys?.reveal() ?? null,
    vaultTransitUrl: config.vaultTransitUrl ?? null,
    vaultTransitKey: config.vaultTransitKey,
    vaultTransitToken: config.vaultTransitToken?.reveal() ?? null,
    allowPrivateNetwork: config.allowPrivateNetwork,
    fileRoots: config.fileRoots,
    allowExecutables: config.allowExecutables,
    oauthClients: config.oauthClients,
    internalSources: config.internalSources,
    environment: config.environment,
    jobsPerWorker: config.jobsPerWorker,
    leaseMs: config.leaseMs,
    maxEntities: config.maxEntities,
    maxMegabytes: config.maxMegabytes,
    logLevel: config.logLevel,
  };
}

export function fromSettings(settings: WorkerSettings): WorkerConfig {
  const secret = (name: SecretSetting) => {
    const text = settings[name];
    return text === null ? undefined : new Secret(text);
  };
  return {
    ...settings,
    databaseUrl: secret('databaseUrl'),
    vaultKeys: secret('vaultKeys'),
    vaultTransitUrl: settings.vaultTransitUrl ?? undefined,
    vaultTransitToken: secret('vaultTransitToken'),
  };
}

/** What the service says to a worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly settings: WorkerSettings }
  | { readonly type: 'wake' }
  | { readonly type: 'deployment'; readonly connectionId: ConnectionId };

/**
 * What a worker says to the service: it is about to claim jobs under this name; it has written events of a job; it has renewed
 * tokens, or tried; it has answered about a deployed connection; a job has ended.
 */
export type FromWorker =
  | { readonly type: 'ready'; readonly owner: string }
  | { readonly type: 'events'; readonly jobId: JobId }
  | { readonly type: 'renewal'; readonly outcome: RenewalOutcome }
  | { readonly type: 'answered'; readonly connectionId: ConnectionId }
  | { readonly type: 'ended'; readonly job: EndedJob };
