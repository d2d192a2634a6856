import type { Logger } from '@tributary/connectors/kit/context';
import { createAuditLog } from '../audit/service.ts';
import type { OAuthClients } from '../auth/oauth/clients.ts';
import { createOAuthClient } from '../auth/oauth/create-oauth-client.ts';
import { createMachineAccess } from '../auth/oauth/machine-access.ts';
import { createMachineGrants } from '../auth/oauth/machine-grants.ts';
import type { OAuthClient } from '../auth/oauth/oauth-client.ts';
import type { RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import { createTokenKeeper, type TokenKeeper } from '../auth/oauth/token-keeper.ts';
import { createOutsideParts, type OutsideParts } from '../auth/providers/outside-parts.ts';
import type { Config } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import type { Clock } from '../lib/clock.ts';
import { recordCredentialLoss } from '../notifications/notices/credential-loss.ts';
import type { Vault } from '../vault/vault.ts';
import { createCredentialSource, type CredentialSource } from './credential-source.ts';
import type { ConnectorRegistry } from './registry.ts';

export interface CredentialPartsNeeds {
  readonly config: Pick<Config, 'allowPrivateNetwork'>;
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly registry: Pick<ConnectorRegistry, 'find'>;
  readonly clients: OAuthClients;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRenewal?: (outcome: RenewalOutcome) => void;
}

export interface CredentialParts {
  readonly keeper: TokenKeeper;
  readonly client: OAuthClient;
  readonly credentials: CredentialSource;
  /** What asks outside vaults. */
  readonly outside: OutsideParts;
  close(): Promise<void>;
}

/** What gives connectors their credentials, in whatever process they run. */
export function openCredentials(needs: CredentialPartsNeeds): CredentialParts {
  const { config, control, clock, log, registry } = needs;
  const outside = createOutsideParts(needs);
  const outward = { policy: { allow: config.allowPrivateNetwork }, clock, log };
  const client = createOAuthClient(outward);
  const grants = createMachineGrants(outward);
  const access = createMachineAccess({ grants, clock });
  const keeper = createTokenKeeper({
    ...needs,
    client,
    audit: createAuditLog({ control, clock }),
    onLost: recordCredentialLoss,
    async providerOf(organizationId, connector) {
      const found = await registry.find(organizationId, connector);
      const scheme = found?.auth.find(({ type }) => type === 'oauth');
      // Whoever gets the tokens as they are renews them; two would use up the same refresh token.
      return scheme?.type === 'oauth' && !scheme.handsOver ? scheme.provider : undefined;
    },
  });
  return {
    keeper,
    client,
    outside,
    credentials: createCredentialSource({
      keeper,
      machineGrant: (grant, fields, key) => access.open(grant, fields, key),
      outside: (request) => outside.open(request),
    }),
    async close() {
      await keeper.close();
      await Promise.all([client.close(), grants.close()]);
    },
  };
}
