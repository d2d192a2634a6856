import type { DeclaredRequests } from '@tributary/connectors/kit/declared-requests';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { customFetch, generateRandomCodeVerifier, processAuthorizationCodeResponse } from 'oauth4webapi';
import { errors } from '../../errors.ts';
import type { AuthorizationAnswer, AuthorizationRequest, StartedAuthorization } from './oauth-client.ts';
import { parameterIssues } from './provider-address.ts';
import type { ProviderHttp } from './provider-http.ts';
import type { TokenCall } from './token-request.ts';

export type DeclaredProvider = OAuth2Provider & { readonly declared: DeclaredRequests };

export const isDeclared = (provider: OAuth2Provider): provider is DeclaredProvider => provider.declared !== undefined;

type Of<R> = Omit<R, 'provider'> & { readonly provider: DeclaredProvider };

/**
 * Where a person is sent by a specification of somebody's: https (plain HTTP to private addresses that the operator allows), with
 * our state, and back to us.
 */
export async function declaredStart(
  http: ProviderHttp,
  { provider, client, parameters, redirectUri, state }: Of<AuthorizationRequest>,
): Promise<StartedAuthorization> {
  const issues = parameterIssues(provider, parameters);
  if (issues.length > 0) throw errors.invalid_config_fields({ issues });
  const verifier = provider.pkce ? generateRandomCodeVerifier() : undefined;
  const { answer, redirectName } = provider.declared;
  const text = provider.declared.consentUrl({ clientId: client.id, redirectUri, state, verifier, parameters });
  const url = webAddress(provider.id, text);
  await http.check(provider.id, url);
  const asked = url.searchParams;
  const isOurs = asked.getAll(answer.state).join('\n') === state;
  // Another address of ours would do as little as one of somebody else's.
  const comesBack = asked.getAll(redirectName).every((one) => one === redirectUri);
  if (!isOurs || !comesBack) {
    const reason = isOurs ? 'its consent address sends people elsewhere' : 'its consent address has another state';
    throw errors.oauth_provider_failed({ provider: provider.id, reason });
  }
  return { url: url.href, memory: verifier === undefined ? {} : { verifier } };
}

function webAddress(provider: string, text: string): URL {
  const url = URL.parse(text);
  const isWeb = url && (url.protocol === 'https:' || url.protocol === 'http:');
  if (isWeb && url.username === '' && url.password === '') return url;
  throw errors.oauth_provider_failed({ provider, reason: 'the address that it names is not valid' });
}

/** The browser's answer with the names of RFC 6749 §4.1.2. */
export function plainAnswer({ provider, query }: Of<AuthorizationAnswer>): URLSearchParams {
  const { code, state } = provider.declared.answer;
  const named = new URLSearchParams(query);
  for (const [name, other] of [
    ['code', code],
    ['state', state],
  ] as const) {
    const value = query.get(other);
    if (other === name || value === null) continue;
    named.delete(other);
    named.set(name, value);
  }
  return named;
}

/** The exchange of the code as the specification spells it out, and what of it must not be quoted. */
export function declaredExchange(
  { provider, client, parameters, redirectUri, state, memory }: Of<AuthorizationAnswer>,
  code: string,
): { readonly call: TokenCall; readonly url: URL; readonly secrets: readonly string[] } {
  const verifier = memory['verifier'];
  const values = { clientId: client.id, clientSecret: client.secret, code, redirectUri, state, verifier, parameters };
  const { url: text, headers, body } = provider.declared.tokenRequest(values);
  const url = webAddress(provider.id, text);
  const form = new URLSearchParams(body.values);
  const carried = Object.entries(headers).filter(([name]) => name !== 'accept');
  const secrets = [client.secret?.reveal(), code, verifier, ...carried.map(([, value]) => value)];
  return {
    url,
    secrets: secrets.filter((secret) => secret !== undefined && secret.length >= 4) as string[],
    call: {
      request(_server, options) {
        const send = options[customFetch];
        if (!send) throw new Error('token requests go through the bridge');
        const type = body.type === 'form' ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'application/json';
        const sent = { accept: 'application/json', ...headers, 'content-type': type };
        const written = body.type === 'form' ? form : JSON.stringify(body.values);
        return send(url.href, { method: 'POST', headers: sent, body: written as URLSearchParams, redirect: 'manual' });
      },
      read: (server, response) => processAuthorizationCodeResponse(server, { client_id: client.id }, response),
    },
  };
}
