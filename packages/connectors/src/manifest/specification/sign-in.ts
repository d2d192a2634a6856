import { ConnectorError } from '../../kit/connector-error.ts';
import { asObject } from '../configuration/as-object.ts';
import { oauthOfSpecification } from './oauth-of-specification.ts';
import type { SpecifiedLogin } from './oauth-of-specification.ts';

export interface SignIn {
  readonly login?: SpecifiedLogin;
  /** What of `advanced_auth` cannot be used, and why, in words for people. Its settings can be typed in all the same. */
  readonly warnings: readonly string[];
}

/** The sign-in of a specification where it can be used, and what to say where it cannot. */
export function signInOf(ground: Parameters<typeof oauthOfSpecification>[0]): SignIn {
  const flow = asObject(ground.spec?.['advanced_auth']);
  if (!flow) return { warnings: [] };
  try {
    const login = oauthOfSpecification(ground);
    if (login) return { login, warnings: login.notes };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { warnings: [error.message] };
  }
  const why =
    flow['auth_flow_type'] === 'oauth1.0'
      ? 'it is of OAuth 1.0'
      : 'it names no consent_url and access_token_url (oauth_connector_input_specification)';
  return { warnings: [`spec.advanced_auth of ${ground.title} cannot be used: ${why}. Its settings are typed in.`] };
}
