import { createHash } from 'node:crypto';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import type { Queryable } from '../../../control/database.ts';
import type { Vault } from '../../../vault/vault.ts';
import type { OAuthClients } from '../clients.ts';
import type { ProviderAccess } from '../oauth-client.ts';
import { readGrant, writeGrant, type StoredGrant } from '../stored-grant.ts';
import type { OAuthTokens } from '../tokens.ts';
import type { CredentialRef } from '../credential-ref.ts';
import { findKept, type KeptRow } from './repository.ts';

/** A stored grant as it was read. */
export interface KeptGrant {
  readonly row: KeptRow;
  readonly grant: StoredGrant;
  readonly tokens: OAuthTokens;
  /** Digest of the tokens: tells a renewed or newly given grant from one that was only sealed anew. */
  readonly mark: string;
  /** All that is sealed with it. */
  readonly settings: JsonObject;
}

const place = ({ organizationId, connectionId }: CredentialRef) => ({
  organizationId,
  row: connectionId,
  column: 'credential.ciphertext',
});

/** Reads and opens a grant. Throws `ConnectorError('credential')` when there is none, or it was refused for good; `credential_unreadable`. */
export async function loadGrant(db: Queryable, vault: Vault, ref: CredentialRef): Promise<KeptGrant> {
  const row = await findKept(db, ref);
  if (!row) throw new ConnectorError('credential', 'The connection has no credential.');
  if (row.refused_reason !== null) throw new ConnectorError('credential', row.refused_reason);
  const settings = vault.open(row, place(ref));
  const credentials = (settings['credentials'] ?? {}) as JsonObject;
  const grant = readGrant(credentials);
  if (!grant?.tokens) throw new ConnectorError('credential', 'Nobody has allowed the access yet.');
  const plain = (credentials['oauth'] as JsonObject)['tokens'];
  const mark = createHash('sha256').update(JSON.stringify(plain)).digest('base64');
  return { row, grant, tokens: grant.tokens, mark, settings };
}

/** The same settings with other tokens, sealed for the place where they were. */
export function sealTokens(vault: Vault, ref: CredentialRef, { grant, settings }: KeptGrant, tokens: OAuthTokens) {
  const credentials = { ...(settings['credentials'] as JsonObject), ...writeGrant({ ...grant, tokens }) };
  return vault.seal({ ...settings, credentials }, place(ref));
}

/** The provider as it is asked on behalf of the grant; `undefined` when there is no client of it. */
export async function accessOf<P extends OAuthProvider>(
  { clients, control }: { readonly clients: OAuthClients; readonly control: { readonly db: Queryable } },
  { organizationId }: CredentialRef,
  provider: P,
  { grant, row }: KeptGrant,
): Promise<ProviderAccess<P> | undefined> {
  const question = { organizationId, connector: row.connector, provider, oauthClientId: row.oauth_client_id, grant };
  const client = await clients.find(control.db, question);
  return client && { provider, client, parameters: grant.parameters };
}
