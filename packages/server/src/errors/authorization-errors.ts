import type { Declaration } from '../errors.ts';

/** What goes wrong while a person allows access at a provider, and with the clients that ask for it. Part of the catalogue. */
export const authorizationErrors = {
  /** The organization has no OAuth client of this id. List them with `GET /tributary/v1/oauth-clients`, or send null. */
  white_label_not_found: { kind: 'not_found', message: (d: { id: string }) => `White label ${d.id} not found` },
  /** The id is unknown, or belongs to another organization. List clients with `GET /tributary/v1/oauth-clients`. */
  oauth_client_not_found: { kind: 'not_found', message: (d: { id: string }) => `OAuth client ${d.id} not found` },
  /** Connections were made with this client, and their tokens die with it. Delete those first, or give them another client. */
  oauth_client_in_use: {
    kind: 'conflict',
    message: (_: { id: string }) => 'Connections were made with this OAuth client; delete them first.',
  },
  /** There is no client to ask the provider with. Give `client_id` and `client_secret`, add a client of the organization, or have the operator set one. */
  oauth_client_missing: {
    kind: 'rejected',
    message: (d: { shortName: string }) =>
      `Source ${d.shortName} requires custom OAuth client credentials. Give client_id and client_secret in authentication, add a client with POST /tributary/v1/oauth-clients, or have the operator set one in TRIBUTARY_OAUTH_CLIENTS.`,
  },
  /** Browsers are sent only to addresses that the operator has listed in `TRIBUTARY_REDIRECT_URLS`. */
  redirect_url_refused: {
    kind: 'invalid',
    message: (_: { redirectUrl: string }) =>
      'redirect_url is not among the addresses that the operator allows (TRIBUTARY_REDIRECT_URLS)',
  },
  /** The link was followed before, is older than its five minutes, or was never given. Get a new one with `reinitiate-oauth`. */
  oauth_link_not_found: {
    kind: 'not_found',
    message: (_: Record<string, never>) => 'Authorization link expired or invalid',
  },
  /** The provider sends browsers here; it takes `state` with `code` or `error`, or `oauth_token` with `oauth_verifier`. */
  oauth_answer_incomplete: {
    kind: 'rejected',
    message: (_: Record<string, never>) =>
      'Missing parameters: state and code, or oauth_token and oauth_verifier, are needed',
  },
  /** No authorization was begun with this state. Begin again with `reinitiate-oauth`. */
  oauth_session_not_found: { kind: 'not_found', message: (_: Record<string, never>) => 'OAuth session not found' },
  /** The way to the provider and back took more than ten minutes. Begin again with `reinitiate-oauth`. */
  oauth_session_expired: { kind: 'not_found', message: (_: Record<string, never>) => 'OAuth session expired' },
  /** A state is good for one answer. Begin again with `reinitiate-oauth`. */
  oauth_session_used: {
    kind: 'rejected',
    message: (d: { status: string }) => `OAuth session already ${d.status}`,
  },
  /** The answer came from another browser than the one that followed the link, or its cookie is gone. Follow a new link to the end in one browser. */
  oauth_browser_differs: {
    kind: 'rejected',
    message: (_: Record<string, never>) => 'This browser did not begin this authorization; follow a new link in it.',
  },
  /** Nothing waits for a verification. Create a connection by OAuth, or begin again with `reinitiate-oauth`. */
  oauth_claim_missing: {
    kind: 'rejected',
    message: (_: { id: string }) => 'No OAuth session waits for a verification of this source connection',
  },
  /** The claim token is not the one that was shown when the authorization was begun. */
  oauth_claim_refused: { kind: 'forbidden', message: (_: { id: string }) => 'Invalid claim token' },
  /** Only what a person has allowed and nobody has verified yet can be verified; `details.status` says where it is. */
  oauth_claim_untimely: {
    kind: 'rejected',
    message: (d: { status: string }) => `OAuth session is ${d.status}, expected in_progress`,
  },
  /** Another API key began the authorization. Verify with the one that did. */
  oauth_initiator_differs: { kind: 'forbidden', message: (_: { id: string }) => 'Caller identity mismatch' },
  /** There is nothing to allow again: the connection has a grant that works. */
  already_authenticated: {
    kind: 'rejected',
    message: (_: { id: string }) => 'Connection is already authenticated',
  },
  /** The credentials of this connection were typed in, or come from an outside provider. Change them with `PATCH`. */
  not_by_oauth: {
    kind: 'rejected',
    message: (d: { method: string }) =>
      `The connection was made by ${d.method}, not by OAuth; change its credentials with PATCH.`,
  },
  /** Tokens can be given only to a connection that was made by OAuth. Give `credentials`, or connect the source anew. */
  tokens_not_oauth: {
    kind: 'invalid',
    message: (_: Record<string, never>) => 'Direct auth can only be updated with authentication',
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
