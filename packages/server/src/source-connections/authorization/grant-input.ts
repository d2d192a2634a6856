import type { OAuthScheme } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { ChosenClient } from '../../auth/oauth/clients.ts';
import { parameterIssues, pickParameters } from '../../auth/oauth/provider-address.ts';
import type { StoredGrant } from '../../auth/oauth/stored-grant.ts';
import type { OAuth2Tokens, OAuthClientCredentials, ProviderParameters } from '../../auth/oauth/tokens.ts';
import type { Queryable } from '../../control/database.ts';
import { errors } from '../../errors.ts';
import { must } from '../../lib/asserts.ts';
import type { OAuthClientId, OrganizationId } from '../../lib/ids.ts';
import type { GivenTokens } from '../model.ts';
import { oauthScheme } from '../settings-check.ts';
import type { OAuthNeeds } from './needs.ts';

/** The scheme of a connector whose method was found to be one of OAuth. */
export function mustHaveScheme(connector: Connector): OAuthScheme {
  return must(oauthScheme(connector), 'a method by OAuth was found to be supported');
}

/** What of a valid configuration goes into the provider's addresses. Throws `invalid_config_fields`. */
export function parametersOf(connector: Connector, config: JsonObject): ProviderParameters {
  const { provider } = mustHaveScheme(connector);
  const parameters = pickParameters(provider, connector.config.parse(config));
  const issues = parameterIssues(provider, parameters);
  if (issues.length > 0) throw errors.invalid_config_fields({ issues });
  return parameters;
}

/** Tokens that came from the caller, as they are stored. */
export function storedTokens({ accessToken, refreshToken, expiresAt }: GivenTokens): OAuth2Tokens {
  return {
    type: 'oauth2',
    accessToken,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt }),
    captured: {},
  };
}

export interface ClientWanted {
  readonly organizationId: OrganizationId;
  readonly connector: Connector;
  readonly grant: StoredGrant | undefined;
  readonly oauthClientId: OAuthClientId | null;
}

/** The client to ask the provider with, when there is one that may be used. */
export async function findClient(
  { clients }: OAuthNeeds,
  db: Queryable,
  { organizationId, connector, grant, oauthClientId }: ClientWanted,
): Promise<ChosenClient | undefined> {
  const { provider, ownClientOnly } = mustHaveScheme(connector);
  const client = await clients.find(db, { organizationId, connector: connector.id, provider, oauthClientId, grant });
  const isShared = !client?.oauthClientId && !grant?.client;
  return ownClientOnly && isShared ? undefined : client;
}

/** The same; throws `oauth_client_missing`. */
export async function getClient(needs: OAuthNeeds, db: Queryable, wanted: ClientWanted): Promise<ChosenClient> {
  const client = await findClient(needs, db, wanted);
  if (!client) throw errors.oauth_client_missing({ shortName: wanted.connector.id });
  return client;
}

/** A client that comes with a connection, as a grant holds it. */
export function grantOfClient(client: OAuthClientCredentials | undefined, parameters: ProviderParameters): StoredGrant {
  return { ...(client && { client }), parameters };
}
