import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * A refresh token is for one use and 60 days, but the same pair comes again until the new one has been used. Scopes belong
 * to the app.
 */
export const box: OAuth2Provider = {
  type: 'oauth2',
  id: 'box',
  title: 'Box',
  docs: 'https://developer.box.com/guides/authentication/tokens/refresh/',
  authorizeUrl: 'https://account.box.com/api/oauth2/authorize',
  tokenUrl: 'https://api.box.com/oauth2/token',
  revocation: { url: 'https://api.box.com/oauth2/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: 3600,
  refreshIdleTtl: 60 * 86_400,
  rotation: 'grace',
  baseUrl: 'https://api.box.com/2.0',
  verify: { method: 'GET', path: '/users/me' },
};
