import type { Clock } from '@tributary/connectors/kit/context';
import type { HttpRequest } from '@tributary/connectors/kit/http-client';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { AuthorizationResponseError, allowInsecureRequests, customFetch } from 'oauth4webapi';
import type { AuthorizationServer, TokenEndpointRequestOptions, TokenEndpointResponse } from 'oauth4webapi';
import { AppError, errors } from '../../errors.ts';
import { judgedAnswer } from './answer-verdict.ts';
import { providerAddress } from './provider-address.ts';
import type { ProviderHttp } from './provider-http.ts';
import { readTokens, standardAnswer } from './token-answer.ts';
import type { OAuth2Tokens, ProviderParameters } from './tokens.ts';

/** A form parameter that is no secret; every other value is kept out of what is said about an answer. */
const OPEN_PARAMETERS = new Set(['grant_type', 'redirect_uri', 'client_id', 'scope', 'audience', 'token_type_hint']);

export interface TokenQuestion {
  readonly provider: OAuth2Provider;
  readonly parameters: ProviderParameters;
  /** What is refreshed. */
  readonly previous?: OAuth2Tokens;
  /** Where the tokens are, when not where the row says. */
  readonly url?: URL;
  /** What must not be quoted, beside what is found in the form. */
  readonly secrets?: readonly string[];
}

/** One request to the token endpoint by oauth4webapi, and the reading of its answer by the same. */
export interface TokenCall {
  request(server: AuthorizationServer, options: TokenEndpointRequestOptions): Promise<Response>;
  read(server: AuthorizationServer, response: Response): Promise<TokenEndpointResponse>;
}

/** The metadata (RFC 8414) that oauth4webapi wants, from the row. */
export function serverOf(
  provider: OAuth2Provider,
  parameters: ProviderParameters,
  issuer?: string,
): AuthorizationServer {
  const authorize = providerAddress(provider, provider.authorizeUrl, parameters);
  return {
    issuer: issuer ?? provider.issuer ?? authorize.origin,
    authorization_endpoint: authorize.href,
    token_endpoint: providerAddress(provider, provider.tokenUrl, parameters).href,
  };
}

/**
 * Stands between oauth4webapi and the wire: sends through the guarded client, turns forms into JSON where the row says so,
 * throws what the answer means, and hands on answers in the form of RFC 6749 §5.1. `seen` gets them as they came.
 */
function bridge(
  http: ProviderHttp,
  { provider, secrets: known = [] }: Pick<TokenQuestion, 'provider' | 'secrets'>,
  seen: (body: JsonObject) => void,
): (url: string, options: { body?: unknown; headers: Record<string, string>; method: string }) => Promise<Response> {
  return async (url, { body, headers, method }) => {
    const form = renamed(provider, body instanceof URLSearchParams ? body : new URLSearchParams());
    const { 'content-type': formType, ...others } = { ...provider.tokenHeaders, ...headers };
    const post = { method: method as 'POST', url } as const;
    const asIs: HttpRequest = { ...post, headers: { ...others, 'content-type': formType ?? '' } };
    const asText = typeof body === 'string' ? { ...asIs, body } : undefined;
    const request: HttpRequest = provider.jsonTokenRequest
      ? { ...post, headers: others, json: Object.fromEntries(form) }
      : { ...asIs, body: form.toString() };
    const answer = await http.send(provider.id, asText ?? request);
    const secrets = [...known, ...secretsOf(form, headers['authorization'])];
    const said = judgedAnswer(answer, { provider, secrets });
    seen(said);
    return Response.json(standardAnswer(provider, said));
  };
}

const renamed = ({ parameterNames = {} }: OAuth2Provider, form: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...form].map(([name, value]): [string, string] => [parameterNames[name] ?? name, value]));

/** Everything secret in a form and its header, as it must not be quoted from an answer. */
export function secretsOf(form: URLSearchParams, authorization: string | undefined): readonly string[] {
  const values = [...form].filter(([name]) => !OPEN_PARAMETERS.has(name)).map(([, value]) => value);
  const header = authorization?.split(' ')[1];
  const password = header === undefined ? undefined : Buffer.from(header, 'base64').toString().split(':')[1];
  return [...values, header, password].filter((value) => value !== undefined && value.length >= 4) as string[];
}

/** Runs `call` against the row's token endpoint. Errors are those of the port. */
export async function requestTokens(
  { http, clock }: { readonly http: ProviderHttp; readonly clock: Clock },
  { provider, parameters, previous, url, secrets }: TokenQuestion,
  call: TokenCall,
): Promise<OAuth2Tokens> {
  const template = (previous && provider.refreshUrl) ?? provider.tokenUrl;
  const endpoint = url ?? providerAddress(provider, template, parameters);
  const server = { ...serverOf(provider, parameters), token_endpoint: endpoint.href };
  await http.check(provider.id, endpoint);
  let body: JsonObject = {};
  const options = {
    additionalParameters: { ...provider.tokenParameters },
    [customFetch]: bridge(http, { provider, ...(secrets && { secrets }) }, (said) => {
      body = said;
    }),
    // Passed only after the guard has said that this plain address is a private one which the operator allows.
    [allowInsecureRequests]: endpoint.protocol === 'http:',
  };
  try {
    const response = await call.request(server, options);
    const answer = await call.read(server, response);
    return readTokens({ provider, body, answer, now: clock.now(), previous });
  } catch (error) {
    throw protocolError(provider.id, error);
  }
}

/**
 * oauth4webapi's errors in the words of the catalogue. Its causes hold whole answers and are left behind; its messages name
 * parameters, never their values.
 */
export function protocolError(provider: string, error: unknown): Error {
  if (error instanceof AppError) return error;
  if (error instanceof AuthorizationResponseError) {
    return errors.oauth_denied({ provider, reason: error.error });
  }
  const reason = error instanceof Error && 'code' in error ? error.message : 'its answer cannot be read';
  return errors.oauth_provider_failed({ provider, reason });
}
