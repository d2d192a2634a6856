import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { ControlStore } from '../../../control/database.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { OrganizationId } from '../../../lib/ids.ts';
import type { Vault } from '../../../vault/vault.ts';
import type { OAuthClients } from '../clients.ts';
import type { OAuthClient } from '../oauth-client.ts';
import { accessOf, loadGrant } from './kept-grant.ts';
import type { CredentialRef } from '../credential-ref.ts';

interface RevokeNeeds {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly client: Pick<OAuthClient, 'revoke'>;
  readonly clients: OAuthClients;
  readonly providerOf: (organizationId: OrganizationId, connector: string) => Promise<OAuthProvider | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

const WITHIN_MS = 10_000;

/** See `TokenKeeper.revoke`. A deletion that is resumed after a crash asks again, which providers take (RFC 7009 §2.2). */
export async function revokeGrant(needs: RevokeNeeds, ref: CredentialRef): Promise<boolean> {
  const { clock, log } = needs;
  const { connectionId } = ref;
  const over = new AbortController();
  const late = clock.sleep(WITHIN_MS, over.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  );
  try {
    const done = await Promise.race([revoke(needs, ref), late]);
    if (done === 'late')
      log.warn(
        { connectionId },
        'the provider did not take the grant back in time; it is given up and may live on there',
      );
    return done === true;
  } catch (error) {
    // Nothing was allowed, or it is gone already.
    if (!(error instanceof ConnectorError && error.reason === 'credential'))
      log.warn(
        { connectionId, error },
        'the provider did not take the grant back; it is given up and may live on there',
      );
    return false;
  } finally {
    over.abort();
  }
}

async function revoke(needs: RevokeNeeds, ref: CredentialRef): Promise<boolean> {
  const kept = await loadGrant(needs.control.db, needs.vault, ref);
  const provider = await needs.providerOf(kept.row.organization_id, kept.row.connector);
  const access = provider && (await accessOf(needs, ref, provider, kept));
  return access !== undefined && needs.client.revoke(access, kept.tokens);
}
