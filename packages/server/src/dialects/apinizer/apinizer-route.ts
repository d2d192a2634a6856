import type { AccessTokenService } from '../../auth/access-tokens/service.ts';
import type { NamedConnections } from '../../connections/named-connections.ts';
import { routeFor } from '../../http/route.ts';

/** What the routes of this dialect call. */
export interface ApinizerServices {
  readonly namedConnections: NamedConnections;
  readonly accessTokens: AccessTokenService;
}

export const route = routeFor<ApinizerServices>();
