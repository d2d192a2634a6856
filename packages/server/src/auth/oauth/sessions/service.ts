import type { JsonObject } from '@tributary/connectors/kit/json';
import { Secret } from '@tributary/connectors/kit/secret';
import { z } from 'zod';
import type { ControlStore, Queryable } from '../../../control/database.ts';
import type { AuthorizationStatus, Millis } from '../../../control/schema.ts';
import { runAs, runForEveryone } from '../../../control/tenant-scope.ts';
import { errors } from '../../../errors.ts';
import type { Clock } from '../../../lib/clock.ts';
import {
  asId,
  newId,
  type AuthorizationSessionId,
  type ConnectionId,
  type OAuthClientId,
  type OrganizationId,
  type SourceConnectionId,
} from '../../../lib/ids.ts';
import { hashOneTimeText, isOneTimeText, newOneTimeText } from '../../../lib/one-time-text.ts';
import { sealContext } from '../../../vault/sealed-places.ts';
import type { SealContext, Vault } from '../../../vault/vault.ts';
import type { Actor } from '../../actor.ts';
import type { ChosenClient } from '../clients.ts';
import type { ProviderParameters } from '../tokens.ts';
import {
  cancelSessions,
  deleteSessionsBefore,
  findLatestSession,
  findSessionByCode,
  findSessionByState,
  insertSession,
  moveSession,
  type SessionRow,
} from './repository.ts';

/** A person has so long to follow the link. */
const LINK_MS = 5 * 60_000;
/** And so long to allow access at the provider, from then on. */
export const SESSION_MS = 10 * 60_000;
/** Ended sessions can be claimed, and asked about, for a day. */
export const KEEP_MS = 24 * 60 * 60_000;

/** What the way through the provider needs, and nobody may read. */
export interface SessionSecrets {
  /** The way back must ask with the client that the way there was asked with. */
  readonly client: ChosenClient;
  readonly parameters: ProviderParameters;
  /** What `OAuthClient.start` gave; absent until then. */
  readonly memory?: Readonly<Record<string, string>>;
}

export interface NewSession {
  readonly sourceConnectionId: SourceConnectionId;
  readonly connectionId: ConnectionId;
  readonly redirectUrl: string | null;
  readonly secrets: SessionSecrets;
}

/** What is shown once: a link for the person's browser, and the proof of who began. */
export interface OpenedSession {
  readonly code: string;
  readonly claimToken: string;
  readonly linkExpiresAt: Millis;
}

export interface Session {
  readonly id: AuthorizationSessionId;
  readonly organizationId: OrganizationId;
  readonly sourceConnectionId: SourceConnectionId;
  readonly connectionId: ConnectionId;
  readonly status: AuthorizationStatus;
  readonly redirectUrl: string | null;
  readonly requestedBy: Pick<Actor, 'organizationId' | 'apiKeyId' | 'email'>;
  readonly secrets: SessionSecrets;
}

export interface FollowedSession extends Session {
  /** For the provider. */
  readonly state: string;
  /** For the cookie of this browser. */
  readonly browser: string;
}

/**
 * A person's way through a provider's pages and back (RFC 6749 §4.1, §10.12). Link code, state, browser and claim token are
 * 256 random bits each and stored as hashes; each step is taken once.
 */
export interface AuthorizationSessions {
  /** Begins anew: what was open for the source connection is cancelled. */
  open(tx: Queryable, actor: Actor, input: NewSession): Promise<OpenedSession>;
  /** Uses the link up. Throws `oauth_link_not_found`. */
  follow(code: string): Promise<FollowedSession>;
  /** Keeps what the provider's answer will be checked with. False when the session was cancelled meanwhile. */
  remember(session: Session, memory: Readonly<Record<string, string>>): Promise<boolean>;
  /**
   * Uses the state up. `browserOf` gives the cookie's value for a session. Throws `oauth_session_not_found`,
   * `oauth_session_used`, `oauth_session_expired`, and `oauth_browser_differs`, which leaves the state good for the right one.
   */
  take(state: string, browserOf: (id: AuthorizationSessionId) => string | undefined): Promise<Session>;
  /** Ends a step; false when the session is not where it was any more. */
  move(
    db: Queryable,
    session: Pick<Session, 'id' | 'organizationId'>,
    from: AuthorizationStatus,
    to: AuthorizationStatus,
  ): Promise<boolean>;
  /** The newest session, when the token and the actor are those that it was begun with. Throws the claim's errors. */
  claim(tx: Queryable, actor: Actor, id: SourceConnectionId, claimToken: string): Promise<void>;
  /** Where the browser of the last session was to be sent. */
  lastRedirectUrl(db: Queryable, organizationId: OrganizationId, id: SourceConnectionId): Promise<string | null>;
  /** Deletes sessions that ended a day ago; answers how many. */
  sweep(): Promise<number>;
}

const Sealed = z.object({
  client: z
    .object({ id: z.string(), secret: z.string().optional(), oauthClientId: z.string().nullish() })
    .transform(({ id, secret, oauthClientId }): ChosenClient => ({
      id,
      secret: secret === undefined ? undefined : new Secret(secret),
      ...(oauthClientId && { oauthClientId: asId<OAuthClientId>(oauthClientId) }),
    })),
  parameters: z.record(z.string(), z.string()),
  memory: z.record(z.string(), z.string()).optional(),
});

/** Where the secrets of a session are sealed. */
export function sessionContext(organizationId: OrganizationId, id: AuthorizationSessionId): SealContext {
  return sealContext('authorization_session', organizationId, id);
}

interface Needs {
  readonly control: ControlStore;
  readonly vault: Vault;
  readonly clock: Clock;
}

export function createAuthorizationSessions(needs: Needs): AuthorizationSessions {
  const { control, vault, clock } = needs;
  return {
    open: (tx, actor, input) => openNew(needs, tx, actor, input),
    follow: (code) => follow(needs, code),
    remember({ id, organizationId, secrets }, memory) {
      const sealed = vault.seal({ ...secrets, memory }, sessionContext(organizationId, id));
      return moveSession(control.db, organizationId, id, 'started', sealed);
    },
    take: (state, browserOf) => take(needs, state, browserOf),
    move: (db, { organizationId, id }, from, to) => moveSession(db, organizationId, id, from, { status: to }),
    claim,
    async lastRedirectUrl(db, organizationId, id) {
      return (await findLatestSession(db, organizationId, id))?.redirect_url ?? null;
    },
    sweep: () => deleteSessionsBefore(control.db, clock.now() - KEEP_MS, 500),
  };
}

async function openNew(
  { vault, clock }: Needs,
  tx: Queryable,
  actor: Actor,
  { sourceConnectionId, connectionId, redirectUrl, secrets }: NewSession,
): Promise<OpenedSession> {
  const { organizationId } = actor;
  await cancelSessions(tx, organizationId, sourceConnectionId);
  const id = newId<AuthorizationSessionId>();
  const now = clock.now();
  const code = newOneTimeText();
  const claimToken = newOneTimeText();
  await insertSession(tx, {
    id,
    organization_id: organizationId,
    source_connection_id: sourceConnectionId,
    connection_id: connectionId,
    code_hash: hashOneTimeText(code),
    state_hash: null,
    claim_hash: hashOneTimeText(claimToken),
    browser_hash: null,
    status: 'pending',
    redirect_url: redirectUrl,
    ...vault.seal({ ...secrets }, sessionContext(organizationId, id)),
    requested_by_api_key_id: actor.apiKeyId,
    requested_by_email: actor.email,
    created_at: now,
    link_expires_at: now + LINK_MS,
    expires_at: now + SESSION_MS,
  });
  return { code, claimToken, linkExpiresAt: now + LINK_MS };
}

async function follow({ control, vault, clock }: Needs, code: string): Promise<FollowedSession> {
  const row = await runForEveryone(() => findSessionByCode(control.db, hashOneTimeText(code)));
  const now = clock.now();
  if (!row || row.link_expires_at <= now) throw errors.oauth_link_not_found({});
  const state = newOneTimeText();
  const browser = newOneTimeText();
  const started = {
    status: 'started',
    state_hash: hashOneTimeText(state),
    browser_hash: hashOneTimeText(browser),
    expires_at: now + SESSION_MS,
  } as const;
  const followed = await runAs(row.organization_id, () =>
    moveSession(control.db, row.organization_id, row.id, 'pending', started),
  );
  if (!followed) throw errors.oauth_link_not_found({});
  return { ...sessionOf(vault, row), status: 'started', state, browser };
}

async function take(
  { control, vault, clock }: Needs,
  state: string,
  browserOf: (id: AuthorizationSessionId) => string | undefined,
): Promise<Session> {
  const row = await runForEveryone(() => findSessionByState(control.db, hashOneTimeText(state)));
  if (!row) throw errors.oauth_session_not_found({});
  if (row.status !== 'started') throw errors.oauth_session_used({ status: row.status });
  if (row.expires_at <= clock.now()) throw errors.oauth_session_expired({});
  const browser = browserOf(row.id);
  if (browser === undefined || row.browser_hash === null || !isOneTimeText(browser, row.browser_hash))
    throw errors.oauth_browser_differs({});
  const taken = await runAs(row.organization_id, () =>
    moveSession(control.db, row.organization_id, row.id, 'started', { status: 'returned' }),
  );
  if (!taken) throw errors.oauth_session_used({ status: 'returned' });
  return { ...sessionOf(vault, row), status: 'returned' };
}

async function claim(tx: Queryable, actor: Actor, id: SourceConnectionId, claimToken: string): Promise<void> {
  const row = await findLatestSession(tx, actor.organizationId, id);
  if (!row) throw errors.oauth_claim_missing({ id });
  if (!isOneTimeText(claimToken, row.claim_hash)) throw errors.oauth_claim_refused({ id });
  if (row.requested_by_api_key_id !== actor.apiKeyId) throw errors.oauth_initiator_differs({ id });
  const claimed = await moveSession(tx, actor.organizationId, row.id, 'authorized', { status: 'completed' });
  if (!claimed) throw errors.oauth_claim_untimely({ status: row.status });
}

function sessionOf(vault: Vault, row: SessionRow): Session {
  return {
    id: row.id,
    organizationId: row.organization_id,
    sourceConnectionId: row.source_connection_id,
    connectionId: row.connection_id,
    status: row.status,
    redirectUrl: row.redirect_url,
    requestedBy: {
      organizationId: row.organization_id,
      apiKeyId: row.requested_by_api_key_id,
      email: row.requested_by_email ?? '',
    },
    secrets: readSecrets(vault.open(row, sessionContext(row.organization_id, row.id))),
  };
}

function readSecrets(opened: JsonObject): SessionSecrets {
  const { client, parameters, memory } = Sealed.parse(opened);
  return { client, parameters, ...(memory && { memory }) };
}
