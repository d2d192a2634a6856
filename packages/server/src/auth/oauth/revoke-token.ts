import { bearer } from '@tributary/connectors/kit/authorization';
import type { HttpRequest, HttpResponse } from '@tributary/connectors/kit/http-client';
import type { ClientAuthentication, OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import type { Secret } from '@tributary/connectors/kit/secret';
import { answerObject, judgedAnswer } from './answer-verdict.ts';
import { clientAuthentication } from './client-authentication.ts';
import type { ProviderAccess } from './oauth-client.ts';
import { providerAddress } from './provider-address.ts';
import type { ProviderHttp } from './provider-http.ts';
import { secretsOf } from './token-request.ts';
import type { OAuth2Tokens, OAuthClientCredentials } from './tokens.ts';

type Revocation = NonNullable<OAuth2Provider['revocation']>;

/** Words for a token that is gone already, which is what was wanted. */
const GONE = new Set(['invalid_token', 'token_revoked', 'invalid_grant', 'invalid_auth', 'not_authed']);

/** The request with which the row says that a token is given back. */
async function revocationRequest(
  { url, revocation, client, method }: RevocationTarget,
  token: Secret,
): Promise<{ readonly request: HttpRequest; readonly secrets: readonly string[] }> {
  const verb = revocation.method ?? 'POST';
  if (revocation.token === 'bearer') {
    const headers = { accept: 'application/json', ...revocation.headers, authorization: bearer(token) };
    return { request: { method: verb, url, headers }, secrets: [token.reveal()] };
  }
  const form = new URLSearchParams({ [revocation.field ?? 'token']: token.reveal() });
  const headers = new Headers({ accept: 'application/json', ...revocation.headers });
  await clientAuthentication(method, client)({ issuer: url.origin }, { client_id: client.id }, form, headers);
  const secrets = secretsOf(form, headers.get('authorization') ?? undefined);
  const sent = Object.fromEntries(headers);
  if (revocation.token === 'json') {
    // The client's name is in the address or the header of the vendors that take JSON.
    if (method === 'basic') form.delete('client_id');
    return { request: { method: verb, url, headers: sent, json: Object.fromEntries(form) }, secrets };
  }
  sent['content-type'] = 'application/x-www-form-urlencoded';
  return { request: { method: verb, url, headers: sent, body: form.toString() }, secrets };
}

interface RevocationTarget {
  readonly url: URL;
  readonly revocation: Revocation;
  readonly client: OAuthClientCredentials;
  readonly method: ClientAuthentication;
}

/** RFC 7009 or the vendor's own way; `false` when the provider has none. A token that is gone already counts as revoked. */
export async function revokeToken(
  http: ProviderHttp,
  { provider, client, parameters }: ProviderAccess<OAuth2Provider>,
  tokens: OAuth2Tokens,
): Promise<boolean> {
  const { revocation } = provider;
  if (!revocation) return false;
  const known = { ...tokens.captured, client_id: encodeURIComponent(client.id) };
  const url = providerAddress(provider, revocation.url, parameters, known);
  const method = revocation.clientAuthentication ?? provider.clientAuthentication;
  const access = revocation.token === 'bearer' || revocation.of === 'access';
  const token = access ? tokens.accessToken : (tokens.refreshToken ?? tokens.accessToken);
  const { request, secrets } = await revocationRequest({ url, revocation, client, method }, token);
  const answer = await http.send(provider.id, request);
  if (!isGone(answer, revocation)) judgedAnswer(answer, { provider, secrets });
  return true;
}

/** Done, or not needed any more. An answer without a body is the usual one (RFC 7009 §2.2). */
function isGone(answer: HttpResponse, { token }: Revocation): boolean {
  const { status } = answer;
  const body = answerObject(answer);
  if (status === 404 || (status === 401 && token === 'bearer')) return true;
  if (body === undefined) return status < 300;
  const { error } = body;
  return typeof error === 'string' && GONE.has(error);
}
