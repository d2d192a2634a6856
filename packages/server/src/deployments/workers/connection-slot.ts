import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { HeldState } from '../../control/deployment-tables.ts';
import { AppError } from '../../errors.ts';
import { backoffMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { failpoint } from '../../lib/failpoints.ts';
import type { ConnectionId } from '../../lib/ids.ts';
import type { HeldConnection } from '../held-connections.ts';
import type { HeldClient } from './held-client.ts';
import { describeFailure } from './held-client.ts';
import type { OpenPlacement } from './placement-opener.ts';
import type { NewAnswer, Placement, Wanted } from './repository.ts';

export interface SlotNeeds {
  readonly find: (id: ConnectionId) => Promise<Placement | undefined>;
  readonly open: OpenPlacement;
  /** Hears each answer of the worker, to be written down. */
  readonly onAnswer: (answer: NewAnswer) => void;
  /** The slot holds nothing any more, and nothing is wanted of it. */
  readonly onEmpty: (id: ConnectionId) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

type Place = Pick<Placement, 'connection_id' | 'organization_id' | 'project_id' | 'environment_id' | 'version'>;

interface Holding extends Place {
  readonly handle: string;
  readonly state: HeldState;
  readonly message: string | null;
}

const RETRY = { firstMs: 5_000, maxMs: 300_000 };
const superseded = new Error('another version was placed');

/** One deployed connection in this worker: goes from what it holds to what is placed, one step at a time. */
export class ConnectionSlot {
  readonly #id: ConnectionId;
  readonly #needs: SlotNeeds;
  #holding: Holding | undefined;
  #client: HeldClient | undefined;
  #opening: { readonly version: number; readonly stop: AbortController } | undefined;
  #failures = 0;
  #retryAt = 0;

  constructor(id: ConnectionId, needs: SlotNeeds) {
    this.#id = id;
    this.#needs = needs;
  }

  /** Whether what is placed is not what is held, or is to be tried again. */
  isBehind(wanted: Wanted): boolean {
    const held = this.#holding;
    if (!held || held.version !== wanted.version || held.environment_id !== wanted.environment_id) return true;
    return held.state === 'failed' && this.#needs.clock.now() >= this.#retryAt;
  }

  /** Another version is placed: whoever still opens an older one need not wait for it. */
  supersede(version: number): void {
    if (this.#opening && this.#opening.version < version) this.#opening.stop.abort(superseded);
  }

  /** Brings what is held to what is placed. Faults of the control store leave it as it is, and are thrown. */
  async catchUp(): Promise<void> {
    failpoint('deployment.told');
    const placed = await this.#needs.find(this.#id);
    if (!placed) return this.#letGo();
    if (this.#holding && !this.isBehind(placed)) return;
    if (placed.removed) await this.#hold(placed, 'removed', null, undefined);
    else if (!placed.enabled) await this.#hold(placed, 'disabled', 'it is switched off', undefined);
    else await this.#open(placed);
  }

  /** An answer with the newest health, when there is news. */
  answerHealth(): void {
    if (this.#client?.takeChanged()) this.answer();
  }

  /** Says what it holds, anew. */
  answer(): void {
    const held = this.#holding;
    if (!held) return;
    const { usedAt = null, failedAt = null, failure = null } = this.#client?.health ?? {};
    this.#needs.onAnswer({
      connection_id: held.connection_id,
      organization_id: held.organization_id,
      project_id: held.project_id,
      version: held.version,
      state: held.state,
      message: held.message,
      answered_at: this.#needs.clock.now(),
      used_at: usedAt,
      failed_at: failedAt,
      failure,
    });
  }

  get held(): HeldConnection | undefined {
    if (!this.#holding || this.#holding.state === 'removed') return undefined;
    const { connection_id, organization_id, project_id, handle, version, state, message } = this.#holding;
    return {
      connectionId: connection_id,
      organizationId: organization_id,
      projectId: project_id,
      handle,
      version,
      state,
      ...(message !== null && { reason: message }),
    };
  }

  /** See `HeldConnections.get`. */
  get client(): OpenConnection | undefined {
    const { held } = this;
    if (this.#client || !held) return this.#client?.use;
    throw new ConnectorError('configuration', `The connection '${held.handle}' cannot be used: ${held.reason ?? ''}`);
  }

  async close(): Promise<void> {
    this.#opening?.stop.abort(superseded);
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  async #open(placed: Placement): Promise<void> {
    const stop = new AbortController();
    this.#opening = { version: placed.version, stop };
    try {
      const client = await this.#needs.open(placed, stop.signal);
      failpoint('deployment.opened');
      this.#failures = 0;
      await this.#hold(placed, 'open', null, client);
    } catch (error) {
      // The caller looks again; what is held stays until then.
      if (error === superseded) return;
      if (isOfTheStore(error)) throw error;
      const known = error instanceof ConnectorError;
      this.#needs.log.warn({ connectionId: this.#id, ...(known ? { reason: error.message } : { error }) }, NOT_BUILT);
      this.#retryAt = this.#needs.clock.now() + backoffMs(this.#failures, RETRY);
      this.#failures += 1;
      await this.#hold(placed, 'failed', describeFailure(error), undefined);
    } finally {
      this.#opening = undefined;
    }
  }

  /** Swaps at once; the old client is closed after that. An answer that lets go waits until it is. */
  async #hold(placed: Placement, state: HeldState, message: string | null, client: HeldClient | undefined) {
    const old = this.#client;
    const { connection_id, organization_id, project_id, environment_id, version, handle } = placed;
    this.#holding = { connection_id, organization_id, project_id, environment_id, version, handle, state, message };
    this.#client = client;
    failpoint('deployment.swapped');
    const closing = old?.close();
    if (!client) await closing;
    this.answer();
  }

  /** Nothing of it is placed here any more: its project has gone, or the environment of this name. */
  async #letGo(): Promise<void> {
    await this.close();
    if (this.#holding && this.#holding.state !== 'removed') {
      this.#holding = { ...this.#holding, state: 'removed', message: null };
      this.answer();
    }
    this.#needs.onEmpty(this.#id);
  }
}

const NOT_BUILT = 'no client could be built of a deployed connection';

/** The control store or the vault's keys cannot be reached: nothing is known of the connection then. */
function isOfTheStore(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}
