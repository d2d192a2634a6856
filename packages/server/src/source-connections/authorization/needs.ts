import type { OAuthClients } from '../../auth/oauth/clients.ts';
import type { OAuthClient } from '../../auth/oauth/oauth-client.ts';
import type { OwnClients } from '../../auth/oauth/own-clients.ts';
import type { PublicAddress } from '../../auth/oauth/public-address.ts';
import type { RedirectUrls } from '../../auth/oauth/redirect-urls.ts';
import type { AuthorizationSessions } from '../../auth/oauth/sessions/service.ts';

/** What connecting by OAuth needs. */
export interface OAuthNeeds {
  readonly client: OAuthClient;
  readonly clients: OAuthClients;
  readonly ownClients: OwnClients;
  readonly sessions: AuthorizationSessions;
  readonly redirectUrls: RedirectUrls;
  readonly address: PublicAddress;
}

/** Where every provider sends browsers back to; clients are registered with it, so it is the same on all faces. */
export function callbackUrl(address: PublicAddress): string {
  return `${address.url}/source-connections/callback`;
}
