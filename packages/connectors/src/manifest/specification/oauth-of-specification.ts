import type { OAuthScheme } from '../../kit/auth.ts';
import { oauth } from '../../kit/auth.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { asObject } from '../configuration/as-object.ts';
import { loginAnswer } from './login/login-answer.ts';
import type { LoginPlacement, TokenPlace } from './login/login-answer.ts';
import { configAddress } from './login/config-address.ts';
import type { LoginInput } from './login/login-inputs.ts';
import { configPath, describedFields, loginInputs, withSettings } from './login/login-inputs.ts';
import { loginProvider } from './login/login-provider.ts';
import type { LoginRenewal } from './login/login-renewal.ts';
import { textOf } from './login/login-names.ts';
import { LoginTemplateError } from './login/login-template.ts';

/** A sign-in that a specification describes, as the kit has it. */
export interface SpecifiedLogin {
  readonly scheme: OAuthScheme;
  /** Settings that are asked for by themselves, by name: JSON Schema. */
  readonly settings: JsonObject;
  /** Where values that came with the grant go in the configuration. */
  readonly placements: readonly LoginPlacement[];
  /** The choice in the configuration that stands for this sign-in. */
  readonly choice?: { readonly path: readonly string[]; readonly value: Json };
  /** Where tokens and client belong in the configuration, for who renews tokens by itself. */
  readonly handed: readonly HandedPlace[];
  /** What of it is not followed, in words for people. */
  readonly notes: readonly string[];
  /** Paths of the settings that nobody need give who signs in. */
  readonly replaced: readonly (readonly string[])[];
}

/** Where something of a grant belongs in the configuration. */
export interface HandedPlace {
  readonly what: TokenPlace['token'] | 'client_id' | 'client_secret';
  readonly path: readonly string[];
}

interface LoginGround {
  /** Of the connector. */
  readonly id: string;
  readonly title: string;
  readonly spec: JsonObject | undefined;
  /** What the manifest's own authenticators say of tokens. */
  readonly renewal: LoginRenewal;
}

/**
 * The OAuth method of a source from `advanced_auth` of its specification, where that says how (`oauth_connector_input_specification`
 * of definition `OAuthConfigSpecification`); `undefined` where it names no address to send a person to.
 * Throws `ConnectorError('configuration')` when it cannot be used as it is written.
 */
export function oauthOfSpecification(ground: LoginGround): SpecifiedLogin | undefined {
  const flow = asObject(ground.spec?.['advanced_auth']);
  const rules = asObject(flow?.['oauth_config_specification']);
  const input = inputOf(rules);
  if (!flow || !rules || !input || flow['auth_flow_type'] === 'oauth1.0') return undefined;
  try {
    return loginOf(ground, flow, rules, input);
  } catch (error) {
    if (!(error instanceof LoginTemplateError)) throw error;
    const words = `spec.advanced_auth of ${ground.title} cannot be used: ${error.message}.`;
    throw new ConnectorError('configuration', words, { cause: error });
  }
}

/** What says where to send a person, and where tokens are had. */
function inputOf(rules: JsonObject | undefined): JsonObject | undefined {
  const given = asObject(rules?.['oauth_connector_input_specification']);
  if (!given) return undefined;
  // The published example wraps it as JSON Schema does.
  const input = textOf(given['consent_url']) === undefined ? (asObject(given['properties']) ?? given) : given;
  return ['consent_url', 'access_token_url'].every((name) => textOf(input[name])) ? input : undefined;
}

function loginOf(
  { id, title, spec, renewal }: LoginGround,
  flow: JsonObject,
  rules: JsonObject,
  input: JsonObject,
): SpecifiedLogin {
  const specification = asObject(spec?.['connection_specification']) ?? {};
  const output = asObject(rules['complete_oauth_output_specification']);
  const own = loginInputs(rules['oauth_user_input_from_connector_config_specification'], specification);
  const inputs = withSettings(own, configAddress(renewal.endpoint ?? '')?.paths ?? [], specification);
  const answer = loginAnswer(input, output);
  const docs = textOf(spec?.['documentation_url']) ?? '';
  const provider = loginProvider({ id, title, docs, input, inputs, answer, renewal });
  const used = inputs.filter(({ setting }) => provider.parameters?.[setting]);
  const choice = choiceOf(flow);
  const filled = [...describedFields(output), ...describedFields(rules['complete_oauth_server_output_specification'])];
  return {
    notes: renewal.note === undefined ? [] : [`Signing in to ${title}: ${renewal.note}.`],
    handed: [
      ...answer.tokenPlaces.map(({ token, path }) => ({ what: token, path })),
      ...clientPlaces(rules['complete_oauth_server_output_specification']),
    ],
    // A manifest says where secrets go, so that it gets none but its own organization's.
    scheme: oauth(provider, { ownClientOnly: true }),
    settings: Object.fromEntries(used.filter(({ apart }) => apart).map((one) => [one.setting, settingOf(one)])),
    placements: [
      ...answer.placements,
      ...used.filter(({ apart }) => apart).map(({ setting, path }) => ({ name: setting, path })),
    ],
    ...(choice && { choice }),
    replaced: [
      ...filled.flatMap(([, field]) => (configPath(field) ? [configPath(field) ?? []] : [])),
      ...used.filter(({ apart }) => apart).map(({ path }) => path),
      ...(choice ? [choice.path] : []),
    ],
  };
}

const settingOf = ({ schema }: LoginInput): JsonObject => ({ type: 'string', ...schema });

function clientPlaces(given: Json | undefined): readonly HandedPlace[] {
  return describedFields(given).flatMap(([name, field]): readonly HandedPlace[] => {
    const path = configPath(field);
    return path && (name === 'client_id' || name === 'client_secret') ? [{ what: name, path }] : [];
  });
}

function choiceOf({ predicate_key: key, predicate_value: value }: JsonObject): SpecifiedLogin['choice'] {
  if (!Array.isArray(key) || key.length === 0 || value === undefined || value === null) return undefined;
  return { path: key.map(String), value };
}
