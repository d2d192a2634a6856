import type { Connector } from '@tributary/connectors/kit/connector';
import type { OwnedContext } from '@tributary/connectors/kit/connector-context';
import type { Logger } from '@tributary/connectors/kit/context';
import type { RateBudget } from '@tributary/connectors/kit/rate-budget';
import type { CollectionWriters, SourceWriter, StoreSize } from '../collection-store/port.ts';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { OutsideError } from '../auth/providers/outside-error.ts';
import type { ContextFactory } from '../connections/context.ts';
import type { CredentialSource } from '../connections/credential-source.ts';
import type { FillSettings } from '../connections/fill-settings.ts';
import type { KeepConfiguration } from '../connections/keep-configuration.ts';
import type { ConnectorRegistry } from '../connections/registry.ts';
import type { AuthMethod, ErrorCategory } from '../control/schema.ts';
import { failure, faultOf, faultOfStore } from '../engine/fault.ts';
import type { Fault } from '../engine/fault.ts';
import type { SyncOutcome, SyncProgress } from '../engine/outcome.ts';
import { NO_COUNTS, outcomeOfFault } from '../engine/outcome-of-fault.ts';
import { runSync, type SyncRequest } from '../engine/run-sync.ts';
import type { SchemaReport } from '../engine/schema-keeper.ts';
import type { Clock } from '../lib/clock.ts';
import type { JobId } from '../lib/ids.ts';
import { SharedBudgets } from './shared-budgets.ts';
import type { SyncInput } from '../source-connections/sync-input.ts';

/** What a claimed job must say of itself to be run. */
export interface RunnableJob {
  readonly id: JobId;
  /** The fence of the lease in the control store. */
  readonly fence: number;
  readonly fullRefresh: boolean;
  /** Attempts in a row before this one that brought nothing; default 0. */
  readonly stalledAttempts?: number;
}

export interface ExecuteOptions {
  /** Aborted with a `StopReason`. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
  /** The collection store's fence, once it is claimed; the control store keeps it with the lease. */
  readonly onClaimed?: (fence: number) => Promise<void>;
  /** What the job found out of the source's schema; gives `false` when it could not be kept. */
  readonly onSchema?: (report: SchemaReport) => Promise<boolean>;
}

export interface ExecuteNeeds<J extends RunnableJob> {
  /** `undefined` when the source connection does not exist any more. */
  readonly loadSyncInput: (job: J) => Promise<SyncInput | undefined>;
  readonly registry: Pick<ConnectorRegistry, 'find'>;
  readonly makeContext: ContextFactory;
  readonly credentials: CredentialSource;
  readonly fill: FillSettings;
  /** Absent: what connectors change of their settings is forgotten. */
  readonly keepConfiguration?: KeepConfiguration;
  readonly writers: CollectionWriters;
  /** Hears what a collection takes, at the end of every run that still held it. */
  readonly recordUsage: (input: SyncInput, size: StoreSize) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A job of a continuous schedule that waits for changes holds a place of its worker; others get their turn after so long. */
const FOLLOW_MS = 60_000;

export type Execute<J extends RunnableJob> = (job: J, options: ExecuteOptions) => Promise<SyncOutcome>;

/**
 * Makes the function that runs claimed jobs in this process. It loads what the job needs as a snapshot, so changes made
 * meanwhile count from the next job on; tokens are renewed while it runs. Jobs of one connection share one rate budget. The function
 * rejects only when `loadSyncInput`, `onClaimed` or the store behind `credentials` does: a fault of the control store, not of the job.
 */
export function createExecute<J extends RunnableJob>(needs: ExecuteNeeds<J>): Execute<J> {
  const budgets = new SharedBudgets(needs.clock);
  return async (job, options) => {
    const input = await needs.loadSyncInput(job);
    if (!input) return { type: 'cancelled', counts: NO_COUNTS };
    const connector = await needs.registry.find(input.organizationId, input.connector);
    if (!connector) return outcomeOfFault(unknownConnector(input.connector), options.signal, NO_COUNTS);
    const { budget, release } = budgets.take(input.connectionId, connector.limits);
    try {
      const outcome = await runWith(needs, { job, input, connector, budget }, options);
      return categorised(outcome, input.authMethod);
    } finally {
      release();
    }
  };
}

const refusedCategory: Readonly<Record<AuthMethod, ErrorCategory>> = {
  direct: 'api_key_invalid',
  oauth_browser: 'oauth_credentials_expired',
  oauth_byoc: 'oauth_credentials_expired',
  oauth_token: 'oauth_credentials_expired',
  auth_provider: 'auth_provider_credentials_invalid',
};

/** The engine knows that a credential was refused, and not of which kind it is. */
function categorised(outcome: SyncOutcome, method: AuthMethod): SyncOutcome {
  if (outcome.type !== 'failed' || outcome.category !== 'api_key_invalid') return outcome;
  return { ...outcome, category: refusedCategory[method] };
}

/** An outside vault does not have the account any more: told apart from credentials that the source refuses. */
function accountFault(error: ConnectorError): Fault | undefined {
  if (!(error instanceof OutsideError) || error.problem !== 'account_gone') return undefined;
  return failure('credential_refused', error.message, { category: 'auth_provider_account_gone', wholeJob: true });
}

function unknownConnector(id: string): Fault {
  return failure(
    'connector_unknown',
    `This version of the service has no connector '${id}'. Delete the connection, or update the service.`,
  );
}

interface Prepared {
  readonly job: RunnableJob;
  readonly input: SyncInput;
  readonly connector: Connector;
  readonly budget: RateBudget;
}

async function runWith(
  needs: Pick<
    ExecuteNeeds<RunnableJob>,
    'makeContext' | 'credentials' | 'fill' | 'keepConfiguration' | 'writers' | 'recordUsage' | 'clock' | 'log'
  >,
  prepared: Prepared,
  options: ExecuteOptions,
): Promise<SyncOutcome> {
  const { signal } = options;
  // Whatever the connector still does when the run is over ends with it.
  const over = new AbortController();
  const opened = await openContext(needs, prepared, AbortSignal.any([signal, over.signal]));
  if ('fault' in opened) return outcomeOfFault(opened.fault, signal, NO_COUNTS);
  try {
    const claimed = await claim(needs.writers, prepared);
    if ('fault' in claimed) return outcomeOfFault(claimed.fault, signal, NO_COUNTS);
    await options.onClaimed?.(claimed.writer.fence);
    const { job, input, connector } = prepared;
    const { writer, size } = claimed;
    const outcome = await runSync({
      connector,
      ctx: opened.ctx,
      writer,
      job: { id: job.id, syncId: input.syncId, full: job.fullRefresh, stalledAttempts: job.stalledAttempts ?? 0 },
      sourceName: connector.id,
      sweepConfirmed: input.sweepConfirmed,
      ...roomOf(input, size),
      intake: { ...input.intake, save: (report) => options.onSchema?.(report) ?? Promise.resolve(false) },
      signal,
      clock: needs.clock,
      log: needs.log,
      onProgress: options.onProgress,
    });
    if (outcome.type !== 'fenced') await measure(needs, input, writer);
    return outcome;
  } finally {
    over.abort();
    await opened.ctx.close();
  }
}

/** What the run may add: the organization's limit less what is there already. */
function roomOf({ limits }: SyncInput, size: StoreSize): Pick<SyncRequest, 'room'> {
  if (limits.entities === null && limits.bytes === null) return {};
  const left = (of: keyof StoreSize): number => (limits[of] ?? Infinity) - limits.beside[of] - size[of];
  return { room: { allowance: { entities: left('entities'), bytes: left('bytes') }, size } };
}

/** A figure for people and for the next run's limits; its failure must not change how the job ends. */
async function measure(
  { recordUsage, log }: Pick<ExecuteNeeds<RunnableJob>, 'recordUsage' | 'log'>,
  input: SyncInput,
  writer: SourceWriter,
): Promise<void> {
  try {
    await recordUsage(input, await writer.size());
  } catch (error) {
    log.warn({ error, collectionId: input.collectionId }, 'what the collection takes could not be recorded');
  }
}

async function openContext(
  needs: Pick<ExecuteNeeds<RunnableJob>, 'makeContext' | 'credentials' | 'fill' | 'keepConfiguration'>,
  { connector, input, job, budget }: Prepared,
  signal: AbortSignal,
): Promise<{ readonly ctx: OwnedContext } | { readonly fault: Fault }> {
  const { makeContext, credentials, fill } = needs;
  const { cursorField } = input;
  const connection = { organizationId: input.organizationId, id: input.connectionId };
  try {
    const filled = await fill(connection, { config: input.config, credentials: input.credentials });
    const { config, keyMaterial } = filled;
    const opened = await credentials.open({ connection, connector, ...filled });
    const { fullRefresh } = job;
    const keepConfiguration = needs.keepConfiguration?.({ connection, connector, credentials: input.credentials });
    const follow = input.continuous && { followMs: FOLLOW_MS };
    return {
      ctx: makeContext({
        connector,
        config,
        credentials: opened,
        cursorField,
        fullRefresh,
        signal,
        budget,
        keyMaterial,
        ...(keepConfiguration && { keepConfiguration }),
        ...follow,
      }),
    };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { fault: accountFault(error) ?? faultOf(error, new AbortController().signal) };
  }
}

async function claim(
  writers: CollectionWriters,
  { input, job }: Prepared,
): Promise<{ readonly writer: SourceWriter; readonly size: StoreSize } | { readonly fault: Fault }> {
  try {
    const writer = await writers.claim(input.collectionId, input.sourceConnectionId, job.fence);
    return { writer, size: await writer.size() };
  } catch (error) {
    return { fault: faultOfStore(error) };
  }
}
