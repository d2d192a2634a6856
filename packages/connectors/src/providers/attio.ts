import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The vendor documents an access token and nothing beside it: neither an end nor a refresh token. Scopes belong to the app.
 */
export const attio: OAuth2Provider = {
  type: 'oauth2',
  id: 'attio',
  title: 'Attio',
  docs: 'https://docs.attio.com/docs/oauth/token',
  authorizeUrl: 'https://app.attio.com/authorize',
  tokenUrl: 'https://app.attio.com/oauth/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.attio.com/v2',
  verify: { method: 'GET', path: '/self' },
};
