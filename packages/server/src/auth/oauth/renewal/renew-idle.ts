import type { Logger } from '@tributary/connectors/kit/context';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { ControlStore } from '../../../control/database.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { OrganizationId } from '../../../lib/ids.ts';
import type { Vault } from '../../../vault/vault.ts';
import { loadGrant } from './kept-grant.ts';
import type { Renewer } from './renewer.ts';
import type { CredentialRef } from '../credential-ref.ts';
import { listDue, updateRenewAt } from './repository.ts';
import { isDue, timesOf } from './times.ts';

export interface IdleNeeds {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly renewer: Renewer;
  /** The provider of a connector; `undefined` for one that is not offered any more. */
  readonly providerOf: (organizationId: OrganizationId, connector: string) => Promise<OAuthProvider | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

const EVERY_MS = 60_000;
const BATCH = 50;
/** Renewals at a time; each may wait for a slow provider. */
const AT_ONCE = 5;
/** A credential that cannot be renewed for reasons of its own is looked at again after so long. */
const LOOK_AGAIN_MS = 3_600_000;

/**
 * Renews what would die unless it is used. Any number of services may do so at once: whoever comes second finds the
 * credential renewed, and not due. Gives the number of credentials that were looked at.
 */
export async function renewIdle(needs: IdleNeeds, signal: AbortSignal): Promise<number> {
  const { control, clock } = needs;
  let looked = 0;
  while (!signal.aborted) {
    const due = await listDue(control.db, clock.now(), BATCH);
    const rest = due.map((row) => ({ organizationId: row.organization_id, connectionId: row.connection_id }));
    const lane = async (): Promise<void> => {
      for (let ref = rest.shift(); ref && !signal.aborted; ref = rest.shift()) await lookAt(needs, ref);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    looked += due.length;
    if (due.length < BATCH) break;
  }
  return looked;
}

/** Looks every minute until the signal is aborted. */
export async function keepRenewingIdle(needs: IdleNeeds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await renewIdle(needs, signal);
    } catch (error) {
      if (!signal.aborted) needs.log.warn({ error }, 'credentials that nobody uses could not be looked at');
    }
    await needs.clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** Whatever happens, the credential is not due any more afterwards, or it would keep others from their turn. */
async function lookAt(needs: IdleNeeds, ref: CredentialRef): Promise<void> {
  const { control, vault, renewer, providerOf, clock, log, random } = needs;
  const { connectionId } = ref;
  let ciphertext: string | undefined;
  try {
    const kept = await loadGrant(control.db, vault, ref);
    ciphertext = kept.row.ciphertext;
    const provider = await providerOf(kept.row.organization_id, kept.row.connector);
    const { tokens } = kept;
    const now = clock.now();
    if (provider?.type !== 'oauth2' || tokens.type !== 'oauth2')
      return await updateRenewAt(control.db, ref, { ciphertext, renewAt: null });
    if (!isDue(tokens, provider, kept.row.updated_at, now)) {
      // Just stored, and nobody has said yet when it is to be renewed; or renewed by another.
      const { renew_at: renewAt } = timesOf(tokens, provider, kept.row.updated_at, random());
      return await updateRenewAt(control.db, ref, { ciphertext, renewAt: renewAt && Math.max(renewAt, now + 1_000) });
    }
    await renewer.newer(ref, provider, kept.mark);
    log.info({ connectionId, provider: provider.id }, 'the access of a connection that nobody used was renewed');
  } catch (error) {
    log.warn({ connectionId, error }, 'the access of a connection that nobody uses could not be renewed');
    await updateRenewAt(control.db, ref, { ciphertext, renewAt: clock.now() + LOOK_AGAIN_MS * (0.5 + random() / 2) });
  }
}
