import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Only the newest refresh token is taken. Its life has been 15 years and is 90 days now; that, PKCE and the words of a refusal
 * are general knowledge. Scopes belong to the app.
 */
export const zoom: OAuth2Provider = {
  type: 'oauth2',
  id: 'zoom',
  title: 'Zoom',
  docs: 'https://developers.zoom.us/docs/integrations/oauth/',
  authorizeUrl: 'https://zoom.us/oauth/authorize',
  tokenUrl: 'https://zoom.us/oauth/token',
  revocation: { url: 'https://zoom.us/oauth/revoke' },
  clientAuthentication: 'basic',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: 3600,
  refreshIdleTtl: 90 * 86_400,
  rotation: 'single_use',
  refusals: [{ status: 401, error: 'invalid_request' }],
  baseUrl: 'https://api.zoom.us/v2',
  verify: { method: 'GET', path: '/users/me' },
};
