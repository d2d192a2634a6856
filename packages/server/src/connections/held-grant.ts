import { bearer, type GrantedCredentials } from '@tributary/connectors/kit/authorization';
import type { OAuth2Tokens, ProviderParameters } from '../auth/oauth/tokens.ts';

/** Tokens as they are, for a live check before anything is stored: they are not renewed. */
export function heldCredentials(tokens: OAuth2Tokens, parameters: ProviderParameters): GrantedCredentials {
  const header = bearer(tokens.accessToken);
  return {
    authorization: { header: () => Promise.resolve(header), renew: () => Promise.resolve(false) },
    captured: { ...parameters, ...tokens.captured },
  };
}
