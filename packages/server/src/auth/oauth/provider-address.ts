import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { errors } from '../../errors.ts';
import type { FieldIssue } from '../../lib/field-issues.ts';
import type { ProviderParameters } from './tokens.ts';

const declared = (provider: OAuthProvider) => (provider.type === 'oauth2' ? (provider.parameters ?? {}) : {});

/**
 * What is wrong with what the user filled into the provider's addresses; `path` begins with `prefix`. A pattern must fit the
 * whole value, whatever its anchors say, so that a host cannot be made up (`evil.com/`, `a.b@c`).
 */
export function parameterIssues(
  provider: OAuthProvider,
  parameters: ProviderParameters,
  prefix: readonly string[] = ['body', 'config'],
): FieldIssue[] {
  return Object.entries(declared(provider)).flatMap(([name, { pattern, example }]): FieldIssue[] => {
    const value = parameters[name];
    const path = [...prefix, name];
    if (value === undefined || value === '') return [{ path, message: 'Field required', code: 'missing' }];
    const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ''));
    return whole.test(value) ? [] : [{ path, message: `must look like ${example}`, code: 'invalid_format' }];
  });
}

/** Only the parameters that the provider's addresses ask for, out of a larger object such as a source's configuration. */
export function pickParameters(provider: OAuthProvider, values: Readonly<Record<string, unknown>>): ProviderParameters {
  return Object.fromEntries(
    Object.entries(declared(provider)).flatMap(([name, { at = [name] }]) => {
      const value = at.reduce<unknown>(
        (inner, part) => (inner as Readonly<Record<string, unknown>> | null | undefined)?.[part],
        values,
      );
      return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : [];
    }),
  );
}

/**
 * An address of the provider with its `{name}`s filled in from the checked parameters, and from `known`, which the provider
 * itself has said. Throws `invalid_config_fields`, and `oauth_provider_failed` when a name is in neither.
 */
export function providerAddress(
  provider: OAuthProvider,
  template: string,
  parameters: ProviderParameters,
  known: Readonly<Record<string, string>> = {},
): URL {
  const issues = parameterIssues(provider, parameters);
  if (issues.length > 0) throw errors.invalid_config_fields({ issues });
  const filled = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = name in declared(provider) ? parameters[name] : known[name];
    if (value !== undefined) return value;
    throw errors.oauth_provider_failed({ provider: provider.id, reason: `it has not said its ${name}` });
  });
  const url = URL.parse(filled);
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '') {
    return url;
  }
  throw errors.oauth_provider_failed({ provider: provider.id, reason: 'the address that it names is not valid' });
}
