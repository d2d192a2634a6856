import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Refreshes have an address of their own and give no new refresh token. The token's address was moved in 2025; the header of
 * the client and the 90 days are general knowledge, and so is that PKCE is not asked for.
 */
export const figma: OAuth2Provider = {
  type: 'oauth2',
  id: 'figma',
  title: 'Figma',
  docs: 'https://developers.figma.com/docs/rest-api/authentication/',
  authorizeUrl: 'https://www.figma.com/oauth',
  tokenUrl: 'https://api.figma.com/v1/oauth/token',
  refreshUrl: 'https://api.figma.com/v1/oauth/refresh',
  clientAuthentication: 'basic',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: ['current_user:read'],
  captures: { user_id: 'user_id_string' },
  accessTtl: 90 * 86_400,
  rotation: 'stable',
  baseUrl: 'https://api.figma.com/v1',
  verify: { method: 'GET', path: '/me' },
};
