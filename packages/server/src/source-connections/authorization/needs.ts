import type { OAuthClients } from '../../auth/oauth/clients.ts';
import type { OAuthClient } from '../../auth/oauth/oauth-client.ts';
import type { OwnClients } from '../../auth/oauth/own-clients.ts';
import type { PublicAddress } from '../../auth/oauth/public-address.ts';
import type { RedirectUrls } from '../../auth/oauth/redirect-urls.ts';
import type { AuthorizationSessions } from '../../auth/oauth/sessions/service.ts';
import type { AuthorizationSessionId } from '../../lib/ids.ts';
import type { CreateNeeds } from '../create.ts';
import type { SourceConnectionService } from '../service.ts';

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

/** Each session has a cookie of its own, so that two can be under way in one browser. */
export function cookieName(id: AuthorizationSessionId, isSecure: boolean): string {
  // The prefix makes browsers refuse one that another host or plain HTTP has set (RFC 6265bis §4.1.3.2).
  return `${isSecure ? '__Host-' : ''}tributary-authorization-${id}`;
}

export interface AuthorizationNeeds extends CreateNeeds {
  readonly sourceConnections: Pick<SourceConnectionService, 'get' | 'getHead'>;
  readonly wake: () => void;
  /** Hears of what is told to a browser as a bare reason. */
  readonly onError: (error: unknown) => void;
}
