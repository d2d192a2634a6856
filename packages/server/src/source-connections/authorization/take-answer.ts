import type { Connector } from '@tributary/connectors/kit/connector';
import type { Actor } from '../../auth/actor.ts';
import { withOutcome } from '../../auth/oauth/redirect-urls.ts';
import type { Session } from '../../auth/oauth/sessions/service.ts';
import { readGrant, writeGrant } from '../../auth/oauth/stored-grant.ts';
import type { OAuthTokens } from '../../auth/oauth/tokens.ts';
import { runAs } from '../../control/tenant-scope.ts';
import { errors } from '../../errors.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import { updateSourceConnection } from '../repository.ts';
import { configOf, getRow } from '../views.ts';
import { allowedRedirect, backWithReason } from './follow.ts';
import { authenticatedColumns } from './good-credential.ts';
import { mustHaveScheme } from './grant-input.ts';
import { callbackUrl, cookieName, type AuthorizationNeeds } from './needs.ts';
import { proveGrant } from './prove-grant.ts';

/** The end of a person's way: where the browser goes, or that a page of ours says it is done. */
export type Arrived =
  | { readonly type: 'redirect'; readonly url: string }
  | { readonly type: 'done'; readonly sourceConnectionId: SourceConnectionId };

/** See `AuthorizationService.arrive`. */
export async function takeAnswer(
  needs: AuthorizationNeeds,
  query: URLSearchParams,
  cookieOf: (name: string) => string | undefined,
): Promise<Arrived> {
  const { oauth } = needs;
  const state = stateOf(query);
  const { isSecure } = oauth.address;
  const session = await oauth.sessions.take(state, (id) => cookieOf(cookieName(id, isSecure)));
  // Whoever comes back has no key: from here on it is the work of the organization whose session it is.
  return runAs(session.organizationId, () => goOn(needs, session, query, state));
}

async function goOn(
  needs: AuthorizationNeeds,
  session: Session,
  query: URLSearchParams,
  state: string,
): Promise<Arrived> {
  const { oauth, control } = needs;
  try {
    await finish(needs, session, query, state);
  } catch (error) {
    await oauth.sessions.move(control.db, session, 'returned', 'failed');
    return { type: 'redirect', url: backWithReason(needs, session, error) };
  }
  const { sourceConnectionId } = session;
  const redirectUrl = allowedRedirect(needs, session);
  if (redirectUrl === undefined) return { type: 'done', sourceConnectionId };
  const outcome = { status: 'success', source_connection_id: sourceConnectionId };
  return { type: 'redirect', url: withOutcome(redirectUrl, outcome) };
}

/** Our states: 256 random bits in base64url. */
const STATE = /^[\w-]{43}$/;

/**
 * RFC 6749 §4.1.2 and §4.1.2.1, or RFC 5849 §2.2, whose answer carries our state in the address. A provider of a manifest may
 * have other names for state and code, and only the state says whose they are.
 */
function stateOf(query: URLSearchParams): string {
  const other = [...query].find(([name, value]) => name !== 'code' && STATE.test(value))?.[0];
  const named = query.has('state') ? 'state' : other;
  const state = named === undefined ? undefined : query.get(named);
  const isAnswer = [...query].some(([name, value]) => name !== named && value !== '');
  if (!state || !isAnswer) throw errors.oauth_answer_incomplete({});
  return state;
}

async function finish(
  needs: AuthorizationNeeds,
  session: Session,
  query: URLSearchParams,
  state: string,
): Promise<void> {
  const { control, registry, oauth } = needs;
  const row = await getRow(control.db, session.organizationId, session.sourceConnectionId);
  const connector = await registry.get(session.organizationId, row.connector);
  const { provider } = mustHaveScheme(connector);
  const { client, parameters, memory = {} } = session.secrets;
  const access = { provider, client, parameters };
  const tokens = await oauth.client.finish({
    ...access,
    redirectUri: callbackUrl(oauth.address),
    state,
    memory,
    query,
  });
  await store(needs, session, await prove(needs, session, connector, tokens));
}

/** Asks the source with the new tokens, and gives those that are good afterwards. OAuth 1.0a signs each request, which the provider's own check does. */
async function prove(
  { control, connections, probe, oauth }: AuthorizationNeeds,
  { organizationId, sourceConnectionId, secrets }: Session,
  connector: Connector,
  tokens: OAuthTokens,
): Promise<OAuthTokens> {
  const { client, parameters } = secrets;
  if (tokens.type === 'oauth1') {
    const { provider } = mustHaveScheme(connector);
    const isGood = await oauth.client.verify({ provider, client, parameters }, tokens);
    if (isGood === false) throw errors.oauth_grant_refused({ provider: provider.title, reason: 'its check failed' });
    return tokens;
  }
  const row = await getRow(control.db, organizationId, sourceConnectionId);
  const stored = await connections.openSettings(control.db, organizationId, row.connection_id);
  const config = { ...configOf(row), ...stored.config };
  const proven = await proveGrant(probe, { connector, config, grant: { tokens, client, parameters } });
  return proven.tokens ?? tokens;
}

/** Seals the tokens and lets the schedule begin, unless somebody has begun anew meanwhile. */
function store(needs: AuthorizationNeeds, session: Session, tokens: OAuthTokens): Promise<void> {
  const { control, connections, oauth, audit, clock } = needs;
  const { organizationId, sourceConnectionId: id, secrets } = session;
  const { client, parameters } = secrets;
  const actor: Actor = { ...session.requestedBy, name: '', scopes: new Set() };
  return control.transaction(async (tx) => {
    if (!(await oauth.sessions.move(tx, session, 'returned', 'authorized')))
      throw errors.oauth_session_used({ status: 'cancelled' });
    const row = await getRow(tx, organizationId, id);
    const stored = await connections.openSettings(tx, organizationId, row.connection_id);
    const { client: ownClient } = readGrant(stored.credentials) ?? {};
    const grant = { ...(ownClient && { client: ownClient }), tokens, issuedTo: client.id, parameters };
    await connections.change(tx, actor, row.connection_id, {
      sealed: { credentials: writeGrant(grant), config: stored.config },
      credentialsRenewed: true,
      ...(!ownClient && { oauthClientId: client.oauthClientId ?? null }),
    });
    await updateSourceConnection(tx, organizationId, id, {
      ...authenticatedColumns(row, clock.now()),
      modified_at: clock.now(),
    });
    await audit.record(tx, actor, {
      action: 'source_connection.authorized',
      subjectKind: 'source_connection',
      subjectId: id,
    });
  });
}
