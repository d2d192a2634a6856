import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import type { Queryable } from '../../control/database.ts';
import type { OAuthClientId, OrganizationId } from '../../lib/ids.ts';
import { sealContext } from '../../vault/sealed-places.ts';
import type { SealContext, Vault } from '../../vault/vault.ts';
import type { OperatorClients } from './operator-clients.ts';
import { findOAuthClient, listOAuthClients, type OAuthClientRow } from './repository.ts';
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

/** A client, and the row of the organization that it comes from; none when it came with the connection or from the operator. */
export interface ChosenClient extends OAuthClientCredentials {
  readonly oauthClientId?: OAuthClientId | null;
}

/**
 * The client of a connection, first that there is: the one that came with it, the organization's own that it names, the
 * organization's newest own for the connector, the operator's. `undefined` when there is none. Tokens belong to the client
 * that they were given to (RFC 6749 §6): where the grant names it, it is taken before any other. A provider at `anyHost` is asked with
 * the client that came with the connection, and no other.
 */
export interface OAuthClients {
  find(db: Queryable, question: ClientQuestion): Promise<ChosenClient | undefined>;
}

/** Where the secret of an organization's own client is sealed. */
export function ownClientContext(organizationId: OrganizationId, id: OAuthClientId): SealContext {
  return sealContext('oauth_client', organizationId, id);
}

/** Members who connect choose where it goes: the organization's secret is not theirs to send there. */
const goesAnywhere = (provider: OAuthProvider): boolean => provider.type === 'oauth2' && provider.anyHost === true;

/** The operator's client; where a manifest says to which address secrets go, the operator's are none of its business. */
function sharedClient(
  operator: OperatorClients,
  connector: string,
  provider: OAuthProvider,
): OAuthClientCredentials | undefined {
  if (provider.type === 'oauth2' && provider.declared) return undefined;
  return operator.get(connector) ?? operator.get(provider.id);
}

export function createOAuthClients({
  vault,
  operator,
}: {
  readonly vault: Vault;
  readonly operator: OperatorClients;
}): OAuthClients {
  const opened = (row: OAuthClientRow): ChosenClient => {
    const { client_secret: secret } = vault.open(row, ownClientContext(row.organization_id, row.id));
    return {
      id: row.client_id,
      secret: typeof secret === 'string' ? new Secret(secret) : undefined,
      oauthClientId: row.id,
    };
  };
  return {
    async find(db, { organizationId, connector, provider, oauthClientId, grant }) {
      if (grant?.client) return grant.client;
      if (goesAnywhere(provider)) return undefined;
      const named = oauthClientId === null ? undefined : await findOAuthClient(db, organizationId, oauthClientId);
      const own = await listOAuthClients(db, organizationId, connector);
      const shared = sharedClient(operator, connector, provider);
      const rows = [...(named ? [named] : []), ...own];
      const issuedTo = grant?.issuedTo;
      if (issuedTo !== undefined) {
        const same = rows.find((row) => row.client_id === issuedTo);
        if (same) return opened(same);
        if (shared?.id === issuedTo) return shared;
      }
      const [first] = rows;
      return first ? opened(first) : shared;
    },
  };
}
