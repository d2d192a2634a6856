import { withOutcome } from '../../auth/oauth/redirect-urls.ts';
import type { FollowedSession, Session } from '../../auth/oauth/sessions/service.ts';
import { runAs } from '../../control/tenant-scope.ts';
import { AppError, errors } from '../../errors.ts';
import { getRow } from '../views.ts';
import { mustHaveScheme } from './grant-input.ts';
import { callbackUrl, cookieName, type AuthorizationNeeds } from './needs.ts';

/** Where a browser that followed a link goes, and by which cookie it will be known again. */
export interface Followed {
  readonly url: string;
  readonly cookie: { readonly name: string; readonly value: string; readonly isSecure: boolean } | undefined;
}

/** See `AuthorizationService.follow`. */
export async function followLink(needs: AuthorizationNeeds, code: string): Promise<Followed> {
  const session = await needs.oauth.sessions.follow(code);
  // Whoever follows it has no key: from here on it is the work of the organization whose link it is.
  return runAs(session.organizationId, () => sendOn(needs, session));
}

async function sendOn(needs: AuthorizationNeeds, session: FollowedSession): Promise<Followed> {
  const { oauth } = needs;
  try {
    const url = await startAt(needs, session);
    const { isSecure } = oauth.address;
    return { url, cookie: { name: cookieName(session.id, isSecure), value: session.browser, isSecure } };
  } catch (error) {
    await oauth.sessions.move(needs.control.db, session, 'started', 'failed');
    return { url: backWithReason(needs, session, error), cookie: undefined };
  }
}

async function startAt(needs: AuthorizationNeeds, session: FollowedSession): Promise<string> {
  const { control, registry, oauth } = needs;
  const row = await getRow(control.db, session.organizationId, session.sourceConnectionId);
  const { provider, scopes } = mustHaveScheme(await registry.get(session.organizationId, row.connector));
  const { client, parameters } = session.secrets;
  const { state } = session;
  const redirectUri = callbackUrl(oauth.address);
  const started = await oauth.client.start({ provider, client, parameters, scopes, redirectUri, state });
  if (!(await oauth.sessions.remember(session, started.memory))) throw errors.oauth_link_not_found({});
  return started.url;
}

/** The page that the browser was to be sent to, with the reason; throws the error when there is none. */
export function backWithReason(
  { oauth, onError }: Pick<AuthorizationNeeds, 'oauth' | 'onError'>,
  session: Session,
  error: unknown,
): string {
  const redirectUrl = allowedRedirect({ oauth }, session);
  if (redirectUrl === undefined) throw error;
  if (!(error instanceof AppError)) onError(error);
  return withOutcome(redirectUrl, {
    status: 'error',
    reason: error instanceof AppError ? error.code : 'internal',
    source_connection_id: session.sourceConnectionId,
  });
}

/** The operator may have taken an address off the list since. */
export function allowedRedirect(
  { oauth }: Pick<AuthorizationNeeds, 'oauth'>,
  { redirectUrl }: Pick<Session, 'redirectUrl'>,
): string | undefined {
  if (redirectUrl === null) return undefined;
  try {
    return oauth.redirectUrls.check(redirectUrl);
  } catch {
    return undefined;
  }
}
