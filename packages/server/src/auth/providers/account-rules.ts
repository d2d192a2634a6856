import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { errors } from '../../errors.ts';
import { fieldIssues } from '../../lib/field-issues.ts';
import { fieldRequired } from '../../lib/field-required.ts';
import { serves } from './field-mapping.ts';
import type { OutsideProvider } from './outside-provider.ts';

type Asked = Pick<Connector, 'id' | 'auth' | 'internal'>;

/** Short names of the vaults that serve a connector. */
export function servingProviders(providers: readonly OutsideProvider[], connector: Asked): readonly string[] {
  return providers.filter((provider) => serves(provider, connector)).map(({ kind }) => kind);
}

/** Throws `auth_provider_unsupported` when the vault does not serve the connector. */
export function requireServed(
  providers: readonly OutsideProvider[],
  provider: OutsideProvider,
  connector: Asked,
): void {
  const supported = servingProviders(providers, connector);
  if (supported.includes(provider.kind)) return;
  throw errors.auth_provider_unsupported({ shortName: connector.id, kind: provider.kind, supported });
}

/** Validates what names an account; unknown fields are refused. Throws `invalid_auth_provider_config`. */
export function checkAccountConfig(provider: OutsideProvider, config: JsonObject): void {
  const parsed = provider.config.strict().safeParse(config, { error: fieldRequired });
  if (parsed.success) return;
  throw errors.invalid_auth_provider_config({
    issues: fieldIssues(parsed.error.issues, ['body', 'authentication', 'provider_config']),
  });
}
