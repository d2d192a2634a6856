import type { MachineGrant } from '@tributary/connectors/kit/auth';
import type { GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { Connector } from '@tributary/connectors/kit/connector';
import { parseCredentials } from '@tributary/connectors/kit/connector-context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { handedCredentials } from '../auth/oauth/handed-credentials.ts';
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
  readonly keeper: Pick<TokenKeeper, 'open' | 'hand'>;
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
  const scheme = connector.auth.find(({ type }) => type === 'oauth');
  if (scheme?.type !== 'oauth' || !('oauth' in credentials)) return undefined;
  const { provider, handsOver } = scheme;
  // Nobody renews what is not stored.
  if (!connection) return handedCredentials(provider, readGrant(credentials));
  const ref = { organizationId: connection.organizationId, connectionId: connection.id };
  return handsOver ? keeper.hand(ref, provider) : keeper.open(ref, provider);
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
