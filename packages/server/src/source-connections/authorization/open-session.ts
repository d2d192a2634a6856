import type { Actor } from '../../auth/actor.ts';
import type { ChosenClient } from '../../auth/oauth/clients.ts';
import type { ProviderParameters } from '../../auth/oauth/tokens.ts';
import type { Queryable } from '../../control/database.ts';
import type { ConnectionId, SourceConnectionId } from '../../lib/ids.ts';
import type { AuthorizationLink } from '../model.ts';
import type { OAuthNeeds } from './needs.ts';

/** What was decided on an authorization before it begins. */
export interface PendingAuthorization {
  readonly client: ChosenClient;
  readonly parameters: ProviderParameters;
  readonly redirectUrl: string | null;
}

/** Begins a person's way through the provider, in the caller's transaction. */
export async function openSession(
  { sessions, address }: OAuthNeeds,
  tx: Queryable,
  actor: Actor,
  input: PendingAuthorization & { readonly id: SourceConnectionId; readonly connectionId: ConnectionId },
): Promise<AuthorizationLink> {
  const { id: sourceConnectionId, connectionId, client, parameters, redirectUrl } = input;
  const opened = await sessions.open(tx, actor, {
    sourceConnectionId,
    connectionId,
    redirectUrl,
    secrets: { client, parameters },
  });
  return {
    publicUrl: address.url,
    code: opened.code,
    claimToken: opened.claimToken,
    expiresAt: opened.linkExpiresAt,
    redirectUrl,
  };
}
