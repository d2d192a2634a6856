import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The answer names the host of the company's API. Scopes belong to the app. The lives of the tokens are general knowledge.
 */
export const pipedrive: OAuth2Provider = {
  type: 'oauth2',
  id: 'pipedrive',
  title: 'Pipedrive',
  docs: 'https://pipedrive.readme.io/docs/marketplace-oauth-authorization',
  authorizeUrl: 'https://oauth.pipedrive.com/oauth/authorize',
  tokenUrl: 'https://oauth.pipedrive.com/oauth/token',
  revocation: { url: 'https://oauth.pipedrive.com/oauth/revoke' },
  clientAuthentication: 'basic',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: [],
  captures: { api_domain: 'api_domain' },
  accessTtl: 3600,
  refreshIdleTtl: 60 * 86_400,
  rotation: 'stable',
  baseUrl: '{api_domain}',
  verify: { method: 'GET', path: '/api/v1/users/me' },
};
