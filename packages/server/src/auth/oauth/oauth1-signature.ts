import { createHmac, randomBytes } from 'node:crypto';
import type { Authorization } from '@tributary/connectors/kit/authorization';
import type { Clock } from '@tributary/connectors/kit/context';
import type { OAuth1Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import OAuth from 'oauth-1.0a';
import type { OAuth1Tokens, OAuthClientCredentials } from './tokens.ts';

export interface SignedRequest {
  readonly method: string;
  /** With its query, which is signed with the rest (RFC 5849 §3.4.1.3). */
  readonly url: URL;
  /** Further parameters of the protocol: `oauth_callback`, `oauth_verifier`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface Signer {
  readonly provider: Pick<OAuth1Provider, 'signatureMethod'>;
  readonly client: OAuthClientCredentials;
  readonly clock: Pick<Clock, 'now'>;
  /** None yet when the temporary token is asked for. */
  readonly token?: { readonly key: string; readonly secret: string };
}

const HASHES = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' } as const;

/** The query as the library wants it: decoded, and a name that comes several times with the list of its values. */
function parametersOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = url.searchParams.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values] as const;
    }),
  );
}

/** The `Authorization` header of one request (RFC 5849 §3.5.1), with a fresh nonce and the clock's time. */
export function signRequest({ provider, client, clock, token }: Signer, request: SignedRequest): Secret {
  const { signatureMethod } = provider;
  const oauth = new OAuth({
    consumer: { key: client.id, secret: client.secret?.reveal() ?? '' },
    signature_method: signatureMethod,
    hash_function: (text, key) =>
      signatureMethod === 'PLAINTEXT' ? key : createHmac(HASHES[signatureMethod], key).update(text).digest('base64'),
  });
  // The library's own nonce is of Math.random, and its time is the machine's.
  oauth.getNonce = () => randomBytes(16).toString('hex');
  oauth.getTimeStamp = () => Math.floor(clock.now() / 1000);
  const { method, url, parameters = {} } = request;
  // The query goes along decoded: the library's own reading of addresses breaks on `+`, `=` and encoded names.
  const data = { ...parametersOf(url), ...parameters };
  const signed = oauth.authorize({ method, url: `${url.origin}${url.pathname}`, data }, token);
  return new Secret(oauth.toHeader({ ...signed, ...parameters } as OAuth.Authorization).Authorization);
}

/**
 * What signs a source's requests: every try has its own nonce and time. There is nothing to renew. A form in a body would
 * have to be signed too and is not seen here; JSON bodies and queries are right.
 */
export function signingAuthorization(signer: Omit<Signer, 'token'>, tokens: OAuth1Tokens): Authorization {
  const token = { key: tokens.token.reveal(), secret: tokens.tokenSecret.reveal() };
  return {
    header: ({ method, url }) => Promise.resolve(signRequest({ ...signer, token }, { method, url })),
    renew: () => Promise.resolve(false),
  };
}
