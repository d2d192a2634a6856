import { mkdir } from 'node:fs/promises';
import manifest from '../package.json' with { type: 'json' };
import type { Logger } from 'pino';
import type { AuditLog } from './audit/service.ts';
import { createAccessTokenService } from './auth/access-tokens/service.ts';
import { createAuthProviderService, type AuthProviderService } from './auth/providers/service.ts';
import type { ApiKeyService } from './auth/service.ts';
import type { OAuthClient } from './auth/oauth/oauth-client.ts';
import { createOAuthClients, type OAuthClients } from './auth/oauth/clients.ts';
import { readOperatorClients } from './auth/oauth/operator-clients.ts';
import type { RenewalOutcome } from './auth/oauth/renewal/renewer.ts';
import { PublicAddress } from './auth/oauth/public-address.ts';
import { createKeyMaterialSource } from './certificates/key-material-source.ts';
import type { CollectionReaders } from './collection-store/port.ts';
import { createVariableSource } from './environments/variable-source.ts';
import { forgetDeleted } from './collection-store/sqlite/files.ts';
import { createSqliteReaders } from './collection-store/sqlite/readers.ts';
import { createCollectionRemoval } from './collections/removal.ts';
import { createCollectionService } from './collections/service.ts';
import { createUsageService, type UsageService } from './collections/usage.ts';
import { ConfigError, loadConfig, needing, settings, type Config } from './config.ts';
import { createFillSettings } from './connections/fill-settings.ts';
import { createKeepConfiguration } from './connections/keep-configuration.ts';
import { createContextFactory } from './connections/context.ts';
import { openCredentials, type CredentialParts } from './connections/open-credentials.ts';
import { createProbe } from './connections/probe.ts';
import type { ConnectorRegistry } from './connections/registry.ts';
import { createManifestReader, type ManifestReader } from './connectors/manifest-reader.ts';
import { openRegistry } from './connectors/open-registry.ts';
import { createConnectorService } from './connectors/service.ts';
import { createConnectionService } from './connections/service.ts';
import type { ControlStore } from './control/database.ts';
import { openControlStore } from './control/open.ts';
import { runForEveryone } from './control/tenant-scope.ts';
import { airweaveGroups } from './dialects/airweave/airweave-groups.ts';
import { hummGroup } from './dialects/humm/humm-group.ts';
import { apinizerGroup } from './dialects/apinizer/apinizer-group.ts';
import { AnswerBus } from './deployments/answer-bus.ts';
import { createFollowing } from './deployments/following.ts';
import { createDiskWatch, type DiskWatch } from './host/disk-watch.ts';
import { IdempotentAnswers } from './http/idempotency.ts';
import type { Metrics } from './http/metrics.ts';
import { nativeGroup } from './http/native/native-group.ts';
import { createHttpServer } from './http/server.ts';
import { serviceGroup } from './http/service-group.ts';
import { JobBus } from './jobs/job-bus.ts';
import { keepForgetting } from './jobs/retention.ts';
import { bindDataDirectory } from './jobs/data-directory.ts';
import type { DataDirectoryBond } from './jobs/data-directory.ts';
import { machineName } from './jobs/machine.ts';
import { DataDirectoryInUse, holdDataDirectory } from './jobs/service-lock.ts';
import { hasWorkerPlaces } from './jobs/worker-places.ts';
import { createSupervisor, type Supervisor } from './jobs/supervisor.ts';
import { systemClock, type Clock } from './lib/clock.ts';
import { createLog } from './lib/log.ts';
import { buildNamedConnections } from './main-connections.ts';
import { buildAccess } from './main-access.ts';
import { endWith } from './main-failure.ts';
import { buildIntegrationSources } from './main-integration-sources.ts';
import { buildDeployments, hearAnswers } from './main-deployments.ts';
import { openMetrics } from './main-metrics.ts';
import { buildOAuth } from './main-oauth.ts';
import { createNotificationService } from './notifications/service.ts';
import { buildProjectParts } from './main-projects.ts';
import { bootstrap } from './organizations/bootstrap.ts';
import type { ProjectService } from './projects/service.ts';
import { createSearchService } from './search/service.ts';
import type { Services } from './services.ts';
import { keepExpiring } from './source-connections/authorization/expiry.ts';
import { createAuthorizationService } from './source-connections/authorization/service.ts';
import { createReleaseSource } from './source-connections/release-source.ts';
import { createSourceRemoval } from './source-connections/removal.ts';
import { createSelectionService } from './source-connections/selection-service.ts';
import { createSourceConnectionService } from './source-connections/service.ts';
import { createSyncService } from './syncs/service.ts';
import { createOrganizationKeys } from './vault/organization-keys.ts';
import { openVault } from './vault/open-vault.ts';
import { rewrapCredentials } from './vault/rewrap.ts';
import type { Vault } from './vault/vault.ts';

/** With PostgreSQL several services may share a data directory; with SQLite it serves one, and this start is alone there. */
function hold(config: Config): () => void {
  if (config.databaseUrl) return () => undefined;
  try {
    const letGo = holdDataDirectory(config.dataDir);
    if (!hasWorkerPlaces(config.dataDir)) forgetDeleted(config.dataDir);
    return letGo;
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse)) throw error;
    throw new ConfigError([`${settings.dataDir.env} cannot be used: ${error.message}`]);
  }
}

/** What is opened before anything else, and closed last. */
interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly control: ControlStore;
  readonly readers: CollectionReaders;
  readonly vault: Vault;
  readonly registry: ConnectorRegistry;
  readonly manifests: ManifestReader;
  readonly credentialParts: CredentialParts;
  readonly bus: JobBus;
  readonly answers: AnswerBus;
  readonly metrics: Metrics;
  readonly supervisor: Supervisor;
  readonly disk: DiskWatch;
  readonly usage: UsageService;
  readonly address: PublicAddress;
  readonly clients: OAuthClients;
  readonly oauthClient: OAuthClient;
  /** Frees the data directory for another service. */
  readonly letGo: () => void;
}

export interface StartOptions {
  /** Compare every answer with its declaration; for tests and development. */
  readonly validateResponses?: boolean;
  readonly clock?: Clock;
  /** Another machine has taken the database over: stop the service. */
  readonly onLost?: () => void;
  /** What the worker processes run; for crash tests. */
  readonly workerScript?: URL;
}

export interface RunningService {
  /** Where it listens. */
  readonly url: string;
  /** The first start's API key, to be shown once; undefined later and where the operator brought one. */
  readonly newKey: string | undefined;
  /** Another tenant with its default project and a key of every scope; gives the key. */
  createOrganization(name: string): Promise<string>;
  /** Gives leases back, ends jobs as interrupted and closes everything, within ten seconds or so. */
  stop(): Promise<void>;
}

/** Live checks of sources must not keep a caller waiting for longer. */
const probeTimeoutMs = 30_000;

async function openFoundation(config: Config, clock: Clock, options: StartOptions): Promise<Foundation> {
  const log = createLog({ level: config.logLevel });
  const operator = readOperatorClients(config.oauthClients);
  await needing([settings.dataDir], mkdir(config.dataDir, { recursive: true, mode: 0o700 }));
  const letGo = hold(config);
  const opening = openControlStore({ ...config, clock, busy: 'retry', migrations: 'apply' });
  const control = await needing([config.databaseUrl ? settings.databaseUrl : settings.dataDir], opening);
  const onLost = options.onLost ?? (() => undefined);
  const bond = config.databaseUrl && (await bind({ config, control, clock, log, onLost }));
  const vault = await openVault({ ...config, control });
  const readers = createSqliteReaders({ dataDir: config.dataDir, threads: 1 });
  const bus = new JobBus();
  const answers = new AnswerBus();
  const disk = createDiskWatch({ dataDir: config.dataDir, clock, log, warnPercent: config.diskWarnPercent });
  await disk.look();
  const usage = createUsageService({ control, clock, config });
  const metrics = openMetrics(control, disk);
  const manifests = createManifestReader();
  const registry = openRegistry({ config, control, clock, log, manifests });
  const clients = createOAuthClients({ vault, operator });
  const onRenewal = (outcome: RenewalOutcome): void => metrics.countRenewal(outcome);
  const credentialParts = openCredentials({ config, control, vault, registry, clients, clock, log, onRenewal });
  const supervisor = createSupervisor({
    config,
    clock,
    log,
    control,
    settle: (job) => readers.settle(job),
    onEvents: (jobId) => bus.tell(jobId),
    onEnded: (job) => metrics.countJob(job),
    onRenewal,
    onDelivery: (outcome) => metrics.countDelivery(outcome),
    onAnswered: (connectionId) => answers.tell(connectionId),
    ...(options.workerScript && { script: options.workerScript }),
  });
  return {
    config,
    clock,
    log,
    control,
    vault,
    registry,
    manifests,
    credentialParts,
    readers,
    bus,
    answers,
    metrics,
    supervisor,
    disk,
    usage,
    address: new PublicAddress(config.publicUrl),
    clients,
    oauthClient: credentialParts.client,
    letGo() {
      bond?.release();
      letGo();
    },
  };
}

/** With PostgreSQL several processes share the data directory, of one machine. */
function bind(
  needs: Pick<Foundation, 'config' | 'control' | 'clock' | 'log'> & { readonly onLost: () => void },
): Promise<DataDirectoryBond> {
  const { config, control, clock, log } = needs;
  const onLost = (): void => {
    log.error('another machine has taken this database over; the service stops');
    needs.onLost();
  };
  return bindDataDirectory({
    control,
    dataDir: config.dataDir,
    clock,
    machine: machineName(),
    role: 'service',
    onLost,
  });
}

/** The outside vaults that organizations have connected. */
function buildAuthProviders(base: Foundation, audit: AuditLog): AuthProviderService {
  const { control, clock, vault, credentialParts } = base;
  const { providers, source } = credentialParts.outside;
  return createAuthProviderService({ control, clock, audit, vault, providers, outside: source });
}

/** What services do for themselves. */
interface Background {
  resumeDeletions(): Promise<void>;
  expireAuthorizations(signal: AbortSignal): Promise<void>;
}

/** The services of the nouns, and what goes on with deletions that an earlier process began. */
function buildServices(
  base: Foundation,
  common: { readonly apiKeys: ApiKeyService; readonly audit: AuditLog; readonly projects: ProjectService },
): Background & { readonly services: Services } {
  const { config, clock, log, control, readers, vault, registry, credentialParts, bus, disk, usage } = base;
  const { credentials, keeper } = credentialParts;
  const wake = (): void => base.supervisor.wake();
  const onError = (error: unknown): void => log.error({ error }, 'a purge failed; the next start goes on with it');
  const makeContext = createContextFactory({ config, clock, log });
  const variables = createVariableSource({ vault });
  const fill = createFillSettings({ control, variables, keyMaterial: createKeyMaterialSource({ vault }) });
  const keepConfiguration = createKeepConfiguration({ control, vault, log });
  const probe = createProbe({ makeContext, credentials, fill, keepConfiguration, timeoutMs: probeTimeoutMs });
  const { deployments, placing } = buildDeployments({ ...base, ...common });
  const connections = createConnectionService({ vault, clock, followers: createFollowing(placing) });
  const revoke = keeper.revoke.bind(keeper);
  const release = createReleaseSource({ control, connections, registry, probe, log });
  const sources = createSourceRemoval({ control, readers, clock, connections, usage, release, revoke, wake });
  const removal = createCollectionRemoval({ control, readers, clock, sources, onError });
  const oauth = buildOAuth({ ...base, ...common });
  const authProviders = buildAuthProviders(base, common.audit);
  const outside = credentialParts.outside.connections;
  const asked = { registry, probe, connections, authProviders, outside, oauth };
  const needs = { control, readers, clock, ...common, ...asked, bus, disk, wake, onError };
  const collections = createCollectionService({ ...needs, removal });
  const sourceConnections = createSourceConnectionService({ ...needs, collections, removal: sources });
  const syncs = createSyncService({ ...needs, collections, sourceConnections });
  const onFailed = (error: unknown): void => log.error({ error }, 'an authorization failed unexpectedly');
  return {
    services: {
      apiKeys: common.apiKeys,
      registry,
      connectors: createConnectorService({ ...needs, manifests: base.manifests }),
      authProviders,
      deployments,
      collections,
      sourceConnections,
      authorizations: createAuthorizationService({ ...needs, collections, sourceConnections, onError: onFailed }),
      oauthClients: oauth.ownClients,
      selections: createSelectionService({ ...needs, organizationKeys: createOrganizationKeys({ vault, clock }) }),
      syncs,
      integrationSources: buildIntegrationSources({ ...needs, config, log, collections, removal: sources, syncs }),
      search: createSearchService({ readers, collections, removal: sources }),
      namedConnections: buildNamedConnections({ ...base, ...needs, deployments: placing, probeTimeoutMs }),
      accessTokens: createAccessTokenService({ control, clock, ...common }),
      ...buildProjectParts({ ...base, ...common, placing }),
    },
    async resumeDeletions() {
      await sources.resume();
      await removal.resume();
    },
    expireAuthorizations: (signal) =>
      keepExpiring({ control, clock, log, ...common, sessions: oauth.sessions, removal: sources }, signal),
  };
}

/** Follows a key that the operator has added to `vault.key`; there is nothing to do otherwise. */
async function useCurrentVaultKey({ control, vault, log }: Foundation, signal: AbortSignal): Promise<void> {
  const { rewrapped, unreadable } = await rewrapCredentials({ control, vault, signal });
  if (rewrapped > 0) log.info({ rewrapped }, 'credentials are wrapped by the current vault key now');
  if (unreadable.length > 0) log.error({ connections: unreadable }, 'no vault key opens these credentials');
}

/** What goes on beside the requests, for all organizations, until the signal is aborted. */
function keepGoing(base: Foundation, { resumeDeletions, expireAuthorizations }: Background, signal: AbortSignal) {
  const { log } = base;
  return runForEveryone(() =>
    Promise.all([
      useCurrentVaultKey(base, signal).catch((error: unknown) =>
        log.error({ error }, 'credentials could not be wrapped by the current vault key'),
      ),
      resumeDeletions().catch((error: unknown) => log.error({ error }, 'deletions could not be resumed')),
      keepForgetting(base, signal),
      base.disk.run(signal),
      hearAnswers(base, signal),
      expireAuthorizations(signal),
      base.credentialParts.keeper.run(signal),
    ]),
  );
}

/** Builds the object graph, starts the workers and listens. */
export async function startService(config: Config, options: StartOptions = {}): Promise<RunningService> {
  const clock = options.clock ?? systemClock;
  const base = await runForEveryone(() => openFoundation(config, clock, options));
  const { control, log, readers, metrics, supervisor, disk, usage } = base;
  const { audit, authenticator, apiKeys, roles, projects, organizations } = buildAccess(base);
  const newKey = await runForEveryone(() => bootstrap({ control, config, organizations, apiKeys }));
  const { services, ...background } = buildServices(base, { apiKeys, audit, projects });
  const wake = (): void => supervisor.wake();
  const notifications = createNotificationService({ control, clock, audit, projects, wake });
  const groups = [
    nativeGroup({ ...services, audit, disk, notifications, organizations, projects, roles, usage }),
    ...airweaveGroups(services),
    hummGroup(services),
    apinizerGroup(services),
  ];
  const http = createHttpServer({
    serviceRoutes: serviceGroup({
      groups,
      version: manifest.version,
      publicUrl: config.publicUrl,
      checks: [{ name: 'control store', check: () => control.ping() }],
      metrics,
      clock,
    }),
    groups,
    authenticator,
    log,
    clock,
    config,
    answers: new IdempotentAnswers({ control, clock }),
    onAnswered: (answered) => metrics.observe(answered),
    ...(options.validateResponses && { validateResponses: true }),
  });
  const url = await needing([settings.host, settings.port], http.listen({ host: config.host, port: config.port }));
  base.address.listensOn(url);
  await runForEveryone(() => supervisor.start());
  const stopping = new AbortController();
  const keeping = keepGoing(base, background, stopping.signal);
  return {
    url,
    newKey,
    createOrganization: (name) =>
      runForEveryone(() => organizations.create(name, { name: 'Administrator', email: config.bootstrapEmail })),
    async stop() {
      stopping.abort();
      await http.close();
      await supervisor.stop();
      await keeping;
      await Promise.all([readers.close(), base.credentialParts.close()]);
      base.letGo();
      await control.close();
    },
  };
}

/** Prints to people, not to the log: the address, and the key that is shown once. */
function greet(service: RunningService): void {
  const key = service.newKey === undefined ? '' : `API key (shown once, keep it): ${service.newKey}\n`;
  process.stdout.write(`Tributary listens on ${service.url}\n${key}`);
}

async function main(): Promise<void> {
  const lost = Promise.withResolvers<void>();
  const service = await startService(loadConfig(), { onLost: lost.resolve });
  greet(service);
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
    service.stop().catch(endWith);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  void lost.promise.then(() => {
    process.exitCode = 1;
    return stop();
  });
}

if (import.meta.main) await main().catch(endWith);
