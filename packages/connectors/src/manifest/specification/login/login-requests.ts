import type {
  ConsentValues,
  DeclaredRequests,
  DeclaredTokenRequest,
  ExchangeValues,
} from '../../../kit/declared-requests.ts';
import type { JsonObject } from '../../../kit/json.ts';
import { asObject } from '../../configuration/as-object.ts';
import type { LoginNames } from './login-names.ts';
import { loginScope, scopeText, textOf } from './login-names.ts';
import type { LoginScope, LoginTemplate } from './login-template.ts';
import { challengeOf, LoginTemplateError, loginTemplate } from './login-template.ts';

/** The connection is the client's; nothing of a manifest's may say where a request goes or how long it is. */
const OWN_HEADERS = new Set(['host', 'content-length', 'content-type', 'transfer-encoding', 'connection']);

type Pair = readonly [LoginTemplate, LoginTemplate];

const compileAt = (place: string, source: string): LoginTemplate => {
  const named = (error: unknown): unknown =>
    error instanceof LoginTemplateError ? new LoginTemplateError(`${place}: ${error.message}`) : error;
  try {
    const template = loginTemplate(source);
    return (scope) => {
      try {
        return template(scope);
      } catch (error) {
        throw named(error);
      }
    };
  } catch (error) {
    throw named(error);
  }
};

function pairsOf(place: string, given: unknown): readonly Pair[] {
  return Object.entries(asObject(given) ?? {}).map(([name, value]) => [
    compileAt(place, name),
    compileAt(place, typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
}

const rendered = (pairs: readonly Pair[], scope: LoginScope): Record<string, string> =>
  Object.fromEntries(pairs.map(([name, value]) => [name(scope), value(scope)]));

const withoutEncoding = ({ encodes: _, ...scope }: LoginScope): LoginScope => scope;

/** Whether PKCE is spoken: the challenge stands in the consent address. */
export const speaksPkce = (input: JsonObject): boolean => /codeChallengeS256/i.test(textOf(input['consent_url']) ?? '');

/** Whether token requests are forms: by their content type; parameters without one are JSON. */
export function sendsForms(input: JsonObject): boolean {
  const headers = Object.entries(asObject(input['access_token_headers']) ?? {});
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (typeof type === 'string') return !/json/i.test(type);
  return Object.keys(asObject(input['access_token_params']) ?? {}).length === 0;
}

interface Login {
  readonly names: LoginNames;
  readonly scope: string;
  /** Names of the login's inputs, and of the parameters that hold them. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly pkce: boolean;
}

function scopeOf(login: Login, values: ConsentValues & Partial<ExchangeValues>): LoginScope {
  const { clientId, redirectUri, state, verifier, clientSecret, code, parameters } = values;
  // Their language has one text for state and verifier. The state is in the address, so the verifier is another one here.
  const stateText = code !== undefined && verifier !== undefined ? verifier : state;
  const inputs = [...login.inputs].map(([name, parameter]) => [name, parameters[parameter] ?? ''] as const);
  const scope = loginScope(login.names, {
    subjects: {
      client_id: clientId,
      redirect_uri: redirectUri,
      state: stateText,
      scope: login.scope,
      ...(code !== undefined && { auth_code: code, client_secret: clientSecret?.reveal() ?? '' }),
    },
    inputs: Object.fromEntries(inputs),
  });
  return { ...scope, challenge: (text) => challengeOf(text === state && verifier !== undefined ? verifier : text) };
}

/**
 * The requests of a login as `oauth_connector_input_specification` spells them out. `inputs` names the parameter for each
 * value of the configuration that it takes. Throws `LoginTemplateError`, here and later.
 */
export function loginRequests(
  input: JsonObject,
  names: LoginNames,
  inputs: ReadonlyMap<string, string>,
): DeclaredRequests {
  const consent = compileAt('consent_url', textOf(input['consent_url']) ?? '');
  const address = compileAt('access_token_url', textOf(input['access_token_url']) ?? '');
  const headers = pairsOf('access_token_headers', input['access_token_headers']);
  const parameters = pairsOf('access_token_params', input['access_token_params']);
  const type = sendsForms(input) ? 'form' : 'json';
  const login: Login = { names, scope: scopeText(input), inputs, pkce: speaksPkce(input) };
  const bodyOf = (url: string, values: ExchangeValues, scope: LoginScope): Record<string, string> => {
    if (parameters.length > 0) return rendered(parameters, withoutEncoding(scope));
    // All of it may stand in the address; else it goes the way of RFC 6749 §4.1.3.
    return URL.parse(url)?.searchParams.get(names.auth_code) === values.code ? {} : standardBody(names, values);
  };
  return {
    answer: { code: names.auth_code, state: names.state },
    redirectName: names.redirect_uri,
    consentUrl: (values) => consent(scopeOf(login, values)).trim(),
    tokenRequest(values): DeclaredTokenRequest {
      const scope = scopeOf(login, values);
      const url = address(scope).trim();
      const sent = Object.entries(rendered(headers, withoutEncoding(scope)))
        .map(([name, value]) => [name.trim().toLowerCase(), value.replace(/[\r\n]+/g, ' ').trim()] as const)
        .filter(([name]) => !OWN_HEADERS.has(name));
      return { url, headers: Object.fromEntries(sent), body: { type, values: bodyOf(url, values, scope) } };
    },
  };
}

function standardBody(names: LoginNames, values: ExchangeValues): Record<string, string> {
  const { clientId, clientSecret, code, redirectUri, verifier } = values;
  return {
    grant_type: 'authorization_code',
    [names.auth_code]: code,
    [names.redirect_uri]: redirectUri,
    [names.client_id]: clientId,
    ...(clientSecret && { [names.client_secret]: clientSecret.reveal() }),
    ...(verifier !== undefined && { code_verifier: verifier }),
  };
}
