import type { AuditLog } from './audit/service.ts';
import type { OAuthClients } from './auth/oauth/clients.ts';
import type { OAuthClient } from './auth/oauth/oauth-client.ts';
import { createOwnClients } from './auth/oauth/own-clients.ts';
import type { PublicAddress } from './auth/oauth/public-address.ts';
import { createRedirectUrls } from './auth/oauth/redirect-urls.ts';
import { createAuthorizationSessions } from './auth/oauth/sessions/service.ts';
import type { Config } from './config.ts';
import type { ConnectorRegistry } from './connections/registry.ts';
import type { ControlStore } from './control/database.ts';
import type { Clock } from './lib/clock.ts';
import type { OAuthNeeds } from './source-connections/authorization/needs.ts';
import { oauthScheme } from './source-connections/settings-check.ts';
import type { Vault } from './vault/vault.ts';

interface Needs {
  readonly config: Pick<Config, 'redirectUrls'>;
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly registry: ConnectorRegistry;
  readonly address: PublicAddress;
  readonly clients: OAuthClients;
  readonly oauthClient: OAuthClient;
}

/** The part of the object graph that connecting by OAuth needs. */
export function buildOAuth(needs: Needs): OAuthNeeds {
  const { config, address, registry } = needs;
  return {
    client: needs.oauthClient,
    clients: needs.clients,
    ownClients: createOwnClients({
      ...needs,
      async findScheme(organizationId, source) {
        const connector = await registry.get(organizationId, source);
        return { id: connector.id, scheme: oauthScheme(connector) };
      },
    }),
    sessions: createAuthorizationSessions(needs),
    redirectUrls: createRedirectUrls(config.redirectUrls, address),
    address,
  };
}
