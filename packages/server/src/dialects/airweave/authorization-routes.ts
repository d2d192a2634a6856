import { z } from 'zod';
import { Reply, type RouteDeclaration } from '../../http/route.ts';
import type { Services } from '../../services.ts';
import { route, type FaceRoutes } from './airweave-route.ts';
import { browserCookie, readCookie } from './browser-cookie.ts';
import { donePage } from './done-page.ts';
import type { Face } from './faces.ts';
import { presentSourceConnection } from './present-source-connection.ts';
import { answerSchemas, SourceConnectionParams } from './source-connection-schema.ts';

const tag = 'source-connections';
const elsewhere = z.undefined().describe('The browser is sent on');

const failures = [
  'oauth_denied',
  'oauth_grant_refused',
  'oauth_client_refused',
  'oauth_provider_failed',
  'oauth_provider_unreachable',
  'credentials_refused',
  'source_check_failed',
  'source_unreachable',
  'source_rate_limited',
  'host_access_refused',
] as const;

function authorizeRoute(face: Face): RouteDeclaration<Services> {
  return route({
    tag,
    access: 'public',
    method: 'GET',
    path: '/source-connections/authorize/:code',
    operationId: `${face.operationPrefix}authorize_source_connection_get`,
    summary: 'Follow a link to the provider, once',
    params: z.object({ code: z.string() }),
    returns: { 303: elsewhere },
    errors: ['oauth_link_not_found', ...failures],
    async handler({ params, services }) {
      const { url, cookie } = await services.authorizations.follow(params.code);
      return new Reply(undefined, {
        headers: { location: url, ...(cookie && { 'set-cookie': browserCookie(cookie) }) },
      });
    },
  });
}

/** Providers add what they like, so all of it is passed on to the protocol, which knows what it may trust. */
const CallbackQuery = z.record(z.string(), z.unknown());

function searchParamsOf(query: z.output<typeof CallbackQuery>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) params.append(name, String(one));
  return params;
}

function callbackRoute(face: Face): RouteDeclaration<Services> {
  return route({
    tag,
    access: 'public',
    method: 'GET',
    path: '/source-connections/callback',
    operationId: `${face.operationPrefix}source_connection_callback_get`,
    summary: 'Come back from the provider',
    description:
      'Takes `state` with `code` or `error`, or `oauth_token` with `oauth_verifier`, in the browser that followed the link.',
    query: CallbackQuery,
    returns: { 303: elsewhere, 200: z.string().describe('A page that says that it is done') },
    errors: [
      'oauth_answer_incomplete',
      'oauth_session_not_found',
      'oauth_session_expired',
      'oauth_session_used',
      'oauth_browser_differs',
      ...failures,
    ],
    async handler({ query, headers, services }) {
      const cookieOf = (name: string) => readCookie(headers['cookie'], name);
      const arrived = await services.authorizations.arrive(searchParamsOf(query), cookieOf);
      if (arrived.type === 'done') return donePage();
      return new Reply(undefined, { status: 303, headers: { location: arrived.url } });
    },
  });
}

function initiatorRoutes(face: Face): readonly RouteDeclaration<Services>[] {
  const { SourceConnection } = answerSchemas(face);
  const one = {
    tag,
    access: 'source_connections:write',
    method: 'POST',
    params: SourceConnectionParams,
    returns: { 200: SourceConnection },
  } as const;
  const path = '/source-connections/:source_connection_id';
  return [
    route({
      ...one,
      path: `${path}/verify-oauth`,
      operationId: `${face.operationPrefix}verify_oauth_source_connections__source_connection_id__verify_oauth_post`,
      summary: 'Prove that it was you who began an authorization; the first sync starts',
      body: z.object({ claim_token: z.string().min(1) }).meta({ id: 'VerifyOAuthRequest' }),
      errors: [
        'source_connection_not_found',
        'oauth_claim_missing',
        'oauth_claim_refused',
        'oauth_initiator_differs',
        'oauth_claim_untimely',
      ],
      handler: async ({ actor, params, body, services }) =>
        presentSourceConnection(
          await services.authorizations.verify(actor, params.source_connection_id, body.claim_token),
          face,
        ),
    }),
    route({
      ...one,
      path: `${path}/reinitiate-oauth`,
      operationId: `${face.operationPrefix}reinitiate_oauth_source_connections__source_connection_id__reinitiate_oauth_post`,
      summary: 'Get a new link, where nobody has allowed access yet or the grant is gone',
      errors: ['source_connection_not_found', 'already_authenticated', 'not_by_oauth', 'oauth_client_missing'],
      handler: async ({ actor, params, services }) =>
        presentSourceConnection(await services.authorizations.reinitiate(actor, params.source_connection_id), face),
    }),
  ];
}

/** A person's way from a link through a provider's pages and back, and what its initiator does. */
export const authorizationRoutes: FaceRoutes = (face) => [
  authorizeRoute(face),
  callbackRoute(face),
  ...initiatorRoutes(face),
];
