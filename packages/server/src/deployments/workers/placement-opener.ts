import type { OpenConnection } from '@tributary/connectors/kit/connection-type';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { TypeOpener } from '../../connections/type-opener.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Vault } from '../../vault/vault.ts';
import { readSnapshot, snapshotContext, typeOf } from '../snapshot.ts';
import { HeldClient } from './held-client.ts';
import type { Placement } from './repository.ts';

/** Builds the client of a placement; rejects at once when the signal is aborted. Throws `ConnectorError`, or what the store says. */
export type OpenPlacement = (placement: Placement, signal: AbortSignal) => Promise<HeldClient>;

export interface OpenerNeeds {
  readonly opener: TypeOpener;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long it may take to build a client; default 8 s, which is less than callers wait for workers. */
  readonly openWithinMs?: number;
}

const OPEN_WITHIN_MS = 8_000;

export function createPlacementOpener(needs: OpenerNeeds): OpenPlacement {
  const { opener, vault, clock, log, openWithinMs = OPEN_WITHIN_MS } = needs;
  return async (placement, signal) => {
    const { organization_id: organizationId, connection_id: connectionId } = placement;
    const snapshot = readSnapshot(vault.open(placement, snapshotContext(organizationId, connectionId)));
    const { type, settings } = await typeOf(placement.connector, snapshot);
    // The client lives on it.
    const life = new AbortController();
    const opening = opener.open({
      organizationId,
      projectId: placement.project_id,
      environmentId: placement.environment_id,
      type,
      settings,
      signal: life.signal,
    });
    const seconds = Math.round(openWithinMs / 1_000);
    const late = new ConnectorError('unavailable', `The client could not be built within ${seconds} seconds.`);
    try {
      const client = await within(opening, { clock, ms: openWithinMs, signal, late });
      return new HeldClient({ client, clock, log, abort: () => life.abort() });
    } catch (error) {
      life.abort();
      void opening.then((client) => client.close()).catch(() => undefined);
      throw error;
    }
  };
}

interface Limits {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly late: Error;
}

async function within(work: Promise<OpenConnection>, { clock, ms, signal, late }: Limits): Promise<OpenConnection> {
  const over = new AbortController();
  const timeout = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(
    () => Promise.reject(late),
    () => (over.signal.aborted ? work : Promise.reject(signal.reason as Error)),
  );
  try {
    return await Promise.race([work, timeout]);
  } finally {
    over.abort();
    timeout.catch(() => undefined);
  }
}
