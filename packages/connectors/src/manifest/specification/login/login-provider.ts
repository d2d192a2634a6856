import type { OAuth2Provider } from '../../../kit/oauth-provider.ts';
import type { ConsentValues, DeclaredRequests, ExchangeValues } from '../../../kit/declared-requests.ts';
import type { JsonObject } from '../../../kit/json.ts';
import { asObject } from '../../configuration/as-object.ts';
import { configAddress } from './config-address.ts';
import type { LoginAnswer } from './login-answer.ts';
import type { LoginInput } from './login-inputs.ts';
import { loginNames, scopeText } from './login-names.ts';
import type { LoginRenewal } from './login-renewal.ts';
import { loginRequests, sendsForms, speaksPkce } from './login-requests.ts';
import { loginPlaces } from './login-places.ts';
import { LoginTemplateError } from './login-template.ts';

interface ProviderGround {
  readonly id: string;
  readonly title: string;
  readonly docs: string;
  /** `oauth_connector_input_specification`. */
  readonly input: JsonObject;
  readonly inputs: readonly LoginInput[];
  readonly answer: LoginAnswer;
  readonly renewal: LoginRenewal;
}

/** Our state is 256 random bits in base64url. */
const STATE_LENGTH = 43;

/** Text for values that are not known yet; it stays as it is in addresses. */
const trial = (name: string): string => `trial-${name}-end`;

/** The provider's row for a login. Throws `LoginTemplateError` when it cannot work. */
export function loginProvider({ id, title, docs, input, inputs, answer, renewal }: ProviderGround): OAuth2Provider {
  const names = loginNames(input);
  const declared = loginRequests(input, names, new Map(inputs.map(({ name, setting }) => [name, setting])));
  const pkce = speaksPkce(input);
  const [consent, exchange] = tried(declared, inputs, pkce, (setting) => trial(setting));
  checkLogin(input, declared, consent);
  const renewed = renewedAt(renewal, inputs, trial);
  const places = loginPlaces(inputs, {
    trial,
    consent,
    secret: [exchange.url, ...(renewed === undefined ? [] : [renewed])],
    sent: JSON.stringify(exchange),
  });
  const [authorizeUrl, { url: tokenUrl }] = tried(declared, inputs, pkce, (setting) => `{${setting}}`);
  const refreshUrl = renewedAt(renewal, inputs, (setting) => `{${setting}}`);
  return {
    type: 'oauth2',
    id,
    title,
    docs,
    authorizeUrl: withoutQuery(authorizeUrl),
    tokenUrl: withoutQuery(tokenUrl),
    ...(refreshUrl !== undefined && { refreshUrl }),
    ...(renewal.tokenHeader !== undefined && { tokenHeader: renewal.tokenHeader }),
    ...tokenRequestFacts(input),
    parameterNames: {
      ...(names.client_id !== 'client_id' && { client_id: names.client_id }),
      ...(names.client_secret !== 'client_secret' && { client_secret: names.client_secret }),
      ...renewal.names,
    },
    pkce,
    scopeSeparator: ' ',
    defaultScopes: scopeText(input)
      .split(/[\s,+]+/)
      .filter((one) => one !== ''),
    parameters: places.parameters,
    ...(places.anyHost && { anyHost: true }),
    declared,
    ...(answer.tokenPaths && { tokenPaths: answer.tokenPaths }),
    ...(answer.captures && { captures: answer.captures }),
    rotation: rotationOf(answer, renewal.rotates),
    baseUrl: withoutQuery(tokenUrl),
  };
}

function rotationOf({ refreshes }: LoginAnswer, rotates: boolean): OAuth2Provider['rotation'] {
  if (!refreshes) return 'none';
  return rotates ? 'single_use' : 'stable';
}

/** Where tokens are renewed, with a text for each input in it. */
function renewedAt(
  { endpoint }: LoginRenewal,
  inputs: readonly LoginInput[],
  valueOf: (setting: string) => string,
): string | undefined {
  if (endpoint === undefined) return undefined;
  return configAddress(endpoint)?.fill((path) => {
    const wanted = JSON.stringify(path);
    return valueOf(inputs.find((input) => JSON.stringify(input.path) === wanted)?.setting ?? '');
  });
}

const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');

/** Both requests with texts in place of everything that is not known yet. */
function tried(
  { consentUrl, tokenRequest }: DeclaredRequests,
  inputs: readonly LoginInput[],
  pkce: boolean,
  valueOf: (setting: string) => string,
): readonly [string, ReturnType<DeclaredRequests['tokenRequest']>] {
  const values: ConsentValues = {
    clientId: trial('client'),
    redirectUri: 'https://trial-redirect.example/callback',
    state: trial('state'),
    verifier: pkce ? trial('verifier') : undefined,
    parameters: Object.fromEntries(inputs.map(({ setting }) => [setting, valueOf(setting)])),
  };
  const exchange: ExchangeValues = { ...values, clientSecret: undefined, code: trial('code') };
  return [consentUrl(values), tokenRequest(exchange)];
}

/** What would keep every person from coming back. */
function checkLogin(input: JsonObject, { answer }: DeclaredRequests, consent: string): void {
  const query = new URLSearchParams(consent.split('?').slice(1).join('?'));
  if (query.get(answer.state) !== trial('state'))
    throw new LoginTemplateError('consent_url must hold `{{state_param}}`');
  const { min, max } = asObject(input['state']) ?? {};
  if (Number(min ?? 0) > STATE_LENGTH || Number(max ?? STATE_LENGTH) < STATE_LENGTH)
    throw new LoginTemplateError(`a state of ${STATE_LENGTH} characters must be allowed by \`state\``);
}

/** Sign-ins prove the client in a header, or with the rest. */
function tokenRequestFacts(
  input: JsonObject,
): Pick<OAuth2Provider, 'clientAuthentication' | 'jsonTokenRequest' | 'tokenHeaders'> {
  const headers = Object.entries(asObject(input['access_token_headers']) ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.trim().toLowerCase(), value] as const] : [],
  );
  const isBasic = headers.some(([name, value]) => name === 'authorization' && /^\s*basic\s/i.test(value));
  const plain = headers.filter(
    ([name, value]) => !`${name}${value}`.includes('{{') && !['authorization', 'content-type', 'host'].includes(name),
  );
  return {
    clientAuthentication: isBasic ? 'basic' : 'body',
    jsonTokenRequest: !sendsForms(input),
    tokenHeaders: Object.fromEntries(plain),
  };
}
