import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { Queryable } from '../../control/database.ts';
import type { OAuthClientId, OrganizationId } from '../../lib/ids.ts';
import type { StoredGrant } from './stored-grant.ts';
import type { OAuthClientCredentials } from './tokens.ts';

/** Whose client is wanted. */
export interface ClientQuestion {
  readonly organizationId: OrganizationId;
  /** Id of the connector in the catalogue. */
  readonly connector: string;
  readonly provider: OAuthProvider;
  /** Of the connection's row: the organization's own client that it was made with. */
  readonly oauthClientId: OAuthClientId | null;
  readonly grant: StoredGrant | undefined;
}

/**
 * The client of a connection, first that there is: the one that came with it, the organization's own that it names, the
 * organization's newest own for the connector, the operator's. `undefined` when there is none.
 */
export interface OAuthClients {
  find(db: Queryable, question: ClientQuestion): Promise<OAuthClientCredentials | undefined>;
}
