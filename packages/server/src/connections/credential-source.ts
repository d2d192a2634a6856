import type { MachineGrant } from '@tributary/connectors/kit/auth';
import type { GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { Connector } from '@tributary/connectors/kit/connector';
import { parseCredentials } from '@tributary/connectors/kit/connector-context';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { carriedToken } from '../auth/oauth/carried-token.ts';
import type { GrantedFields } from '../auth/oauth/granted-fields.ts';
import { readGrant } from '../auth/oauth/stored-grant.ts';
import type { TokenKeeper } from '../auth/oauth/token-keeper.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';

/** A connection whose credentials are wanted. */
export interface CredentialRequest {
  /** The stored connection; absent while its settings are tried before they are stored. */
  readonly connection?: { readonly organizationId: OrganizationId; readonly id: ConnectionId } | undefined;
  readonly connector: Connector;
  /** As opened from the vault: what was typed in, the stored tokens, or nothing where an outside vault has them. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Endpoint and read options together. */
  readonly config: JsonObject;
}

/**
 * Turns what is stored of a connection into what its connector takes: parsed fields for `direct`, `GrantedCredentials` for
 * everything whose tokens are renewed. One for the service and one for each worker process; renewals are safe across all.
 */
export interface CredentialSource {
  /** Throws `ConnectorError('credential' | 'configuration' | 'unavailable')`. */
  open(request: CredentialRequest): Promise<unknown>;
}

/** Credentials from elsewhere, as the connector takes them; `undefined` when the connection is none of theirs. */
export type OpenOutside = (
  request: CredentialRequest,
) => Promise<GrantedCredentials | Readonly<Record<string, unknown>> | undefined>;

/** Exchanges what a person typed in for tokens; `key` names the stored connection, so that all who open it share one token. */
export type OpenMachineGrant = (grant: MachineGrant, fields: GrantedFields, key?: string) => GrantedCredentials;

export interface CredentialSourceNeeds {
  readonly keeper: Pick<TokenKeeper, 'open'>;
  /** Asked first. */
  readonly outside?: OpenOutside;
  readonly machineGrant?: OpenMachineGrant;
}

export function createCredentialSource(needs: CredentialSourceNeeds): CredentialSource {
  return {
    async open(request) {
      const own = (await needs.outside?.(request)) ?? (await openGrant(needs, request)) ?? exchange(needs, request);
      return own ?? parseCredentials(request.connector, request.credentials);
    },
  };
}

/** What a person has allowed at a provider, or is just about to. */
async function openGrant(
  { keeper }: CredentialSourceNeeds,
  { connection, connector, credentials }: CredentialRequest,
): Promise<GrantedCredentials | undefined> {
  const provider = connector.auth.find((scheme) => scheme.type === 'oauth')?.provider;
  if (!provider || !('oauth' in credentials)) return undefined;
  if (!connection) return notYetStored(provider, credentials);
  return keeper.open({ organizationId: connection.organizationId, connectionId: connection.id }, provider);
}

/** What a machine grant makes of typed-in fields. */
function exchange(
  { machineGrant }: CredentialSourceNeeds,
  { connection, connector, credentials }: CredentialRequest,
): GrantedCredentials | undefined {
  const scheme = connector.auth.find(({ type }) => type === 'granted');
  if (scheme?.type !== 'granted') return undefined;
  const fields = scheme.fields.safeParse(credentials);
  return fields.success ? machineGrant?.(scheme.grant, fields.data as GrantedFields, connection?.id) : undefined;
}

/** Tokens that are only tried, just after the provider gave them: nobody renews what is not stored. */
function notYetStored(provider: OAuthProvider, credentials: CredentialRequest['credentials']): GrantedCredentials {
  const grant = readGrant(credentials);
  if (grant?.tokens?.type !== 'oauth2') throw new ConnectorError('credential', 'Nobody has allowed the access yet.');
  const { accessToken, captured } = grant.tokens;
  const { headerName, value } = carriedToken(provider.type === 'oauth2' ? provider : {}, accessToken);
  return {
    authorization: { headerName, header: () => Promise.resolve(value), renew: () => Promise.resolve(false) },
    captured: { ...grant.parameters, ...captured },
  };
}
