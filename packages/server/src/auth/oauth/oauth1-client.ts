import type { Clock } from '@tributary/connectors/kit/context';
import type { OAuth1Provider } from '@tributary/connectors/kit/oauth-provider';
import { snippet } from '@tributary/connectors/kit/redact-text';
import { Secret } from '@tributary/connectors/kit/secret';
import { errors } from '../../errors.ts';
import type {
  AuthorizationAnswer,
  AuthorizationRequest,
  ProviderAccess,
  StartedAuthorization,
} from './oauth-client.ts';
import { signRequest, signingAuthorization } from './oauth1-signature.ts';
import type { SignedRequest, Signer } from './oauth1-signature.ts';
import type { ProviderHttp } from './provider-http.ts';
import type { OAuth1Tokens } from './tokens.ts';
import { judgeProof } from './verify-token.ts';

type Of<R extends ProviderAccess> = R & { readonly provider: OAuth1Provider };

/** OAuth 1.0a (RFC 5849) with signatures by oauth-1.0a and node:crypto. The port says what each does. */
export class OAuth1Client {
  readonly #http: ProviderHttp;
  readonly #clock: Clock;

  constructor(http: ProviderHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  async start(request: Of<AuthorizationRequest>): Promise<StartedAuthorization> {
    const { provider, client, redirectUri, state } = request;
    const callback = new URL(redirectUri);
    callback.searchParams.set('state', state);
    const pair = await this.#ask({ provider, client, clock: this.#clock }, provider.requestTokenUrl, {
      oauth_callback: callback.href,
    });
    if (pair.confirmed !== 'true') {
      // Without it the flow is the one of OAuth 1.0, where another person's grant can be slipped in.
      throw errors.oauth_provider_failed({ provider: provider.id, reason: 'it did not confirm the callback address' });
    }
    const url = new URL(provider.authorizeUrl);
    await this.#http.check(provider.id, url);
    const scopes = [...new Set([...provider.defaultScopes, ...request.scopes])];
    url.searchParams.set('oauth_token', pair.token);
    if (scopes.length > 0) url.searchParams.set('scope', scopes.join(','));
    for (const [name, value] of Object.entries(provider.authorizeParameters ?? {})) url.searchParams.set(name, value);
    return { url: url.href, memory: { token: pair.token, tokenSecret: pair.tokenSecret } };
  }

  async finish({ provider, client, state, memory, query }: Of<AuthorizationAnswer>): Promise<OAuth1Tokens> {
    const problem = query.get('oauth_problem') ?? (query.has('denied') ? 'denied' : null);
    if (query.get('state') !== state || (problem === null && query.get('oauth_token') !== memory['token'])) {
      throw errors.oauth_provider_failed({ provider: provider.id, reason: 'its answer belongs to another request' });
    }
    const verifier = query.get('oauth_verifier');
    if (problem !== null || verifier === null || verifier === '') {
      throw errors.oauth_denied({ provider: provider.id, reason: problem ?? 'it sent no verifier' });
    }
    const token = { key: memory['token'] ?? '', secret: memory['tokenSecret'] ?? '' };
    const pair = await this.#ask({ provider, client, clock: this.#clock, token }, provider.accessTokenUrl, {
      oauth_verifier: verifier,
    });
    return {
      type: 'oauth1',
      token: new Secret(pair.token),
      tokenSecret: new Secret(pair.tokenSecret),
      captured: pair.others,
    };
  }

  async verify(
    { provider, client }: ProviderAccess<OAuth1Provider>,
    tokens: OAuth1Tokens,
  ): Promise<boolean | undefined> {
    const { verify } = provider;
    if (!verify) return undefined;
    const url = new URL(`${provider.baseUrl.replace(/\/$/, '')}${verify.path}`);
    const authorization = signingAuthorization({ provider, client, clock: this.#clock }, tokens);
    const headers = { accept: 'application/json', authorization: await authorization.header({ method: 'GET', url }) };
    return judgeProof(provider, await this.#http.send(provider.id, { method: 'GET', url, headers }));
  }

  /** A signed POST that is answered with a pair of token and secret as a form (RFC 5849 §2.1 and §2.3). */
  async #ask(
    signer: Signer & { readonly provider: OAuth1Provider },
    address: string,
    parameters: Parameters,
  ): Promise<Pair> {
    const { provider } = signer;
    const url = new URL(address);
    const authorization = signRequest(signer, { method: 'POST', url, parameters });
    const request = { method: 'POST', url, headers: { authorization } } as const;
    const answer = await this.#http.send(provider.id, request);
    const text = answer.text();
    const secrets = [...Object.values(parameters), signer.token?.key, signer.token?.secret].filter(
      (one) => one !== undefined,
    );
    const reason = `it answered ${answer.status}: ${snippet(text, secrets)}`;
    if (answer.status === 401 || answer.status === 403) {
      throw signer.token
        ? errors.oauth_grant_refused({ provider: provider.id, reason })
        : errors.oauth_client_refused({ provider: provider.id, reason });
    }
    if (answer.status >= 300) throw errors.oauth_provider_failed({ provider: provider.id, reason });
    const {
      oauth_token: token,
      oauth_token_secret: tokenSecret,
      oauth_callback_confirmed: confirmed,
      ...others
    } = Object.fromEntries(new URLSearchParams(text));
    if (!token || !tokenSecret) {
      throw errors.oauth_provider_failed({ provider: provider.id, reason: 'its answer holds no token' });
    }
    return { token, tokenSecret, confirmed, others };
  }
}

type Parameters = NonNullable<SignedRequest['parameters']>;

interface Pair {
  readonly token: string;
  readonly tokenSecret: string;
  readonly confirmed: string | undefined;
  /** What else the provider said, as a user's name. */
  readonly others: Readonly<Record<string, string>>;
}
