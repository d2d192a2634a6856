import type { Actor } from '../../auth/actor.ts';
import { readGrant } from '../../auth/oauth/stored-grant.ts';
import { errors } from '../../errors.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import type { CreateNeeds } from '../create.ts';
import type { Authentication, AuthorizationLink } from '../model.ts';
import { oauthScheme } from '../settings-check.ts';
import { configOf, getRow } from '../views.ts';
import { getClient, parametersOf } from './grant-input.ts';
import { isByOAuth } from './methods.ts';
import { openSession } from './open-session.ts';

/** Opens a new session with the client and the redirect address of before; the old one is cancelled. */
export async function beginAgain(
  needs: CreateNeeds,
  actor: Actor,
  id: SourceConnectionId,
  { method }: Authentication,
): Promise<AuthorizationLink> {
  const { control, connections, registry, oauth, audit } = needs;
  const { organizationId } = actor;
  const row = await getRow(control.db, organizationId, id);
  const connector = await registry.get(organizationId, row.connector);
  if (!isByOAuth(method) || !oauthScheme(connector)) throw errors.not_by_oauth({ method });
  const stored = await connections.openSettings(control.db, organizationId, row.connection_id);
  const parameters = parametersOf(connector, { ...configOf(row), ...stored.config });
  const grant = readGrant(stored.credentials);
  const wanted = { organizationId, connector, grant, oauthClientId: row.oauth_client_id };
  const client = await getClient(oauth, control.db, wanted);
  return control.transaction(async (tx) => {
    const redirectUrl = await oauth.sessions.lastRedirectUrl(tx, organizationId, id);
    const { connection_id: connectionId } = await getRow(tx, organizationId, id);
    const link = await openSession(oauth, tx, actor, { id, connectionId, client, parameters, redirectUrl });
    await audit.record(tx, actor, {
      action: 'source_connection.authorization_begun',
      subjectKind: 'source_connection',
      subjectId: id,
    });
    return link;
  });
}
