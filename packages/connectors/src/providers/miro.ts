import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Whether tokens end is chosen when the app is made: then they last an hour, and their refresh tokens 60 days and one use.
 * Scopes belong to the app. PKCE is not documented.
 */
export const miro: OAuth2Provider = {
  type: 'oauth2',
  id: 'miro',
  title: 'Miro',
  docs: 'https://developers.miro.com/docs/getting-started-with-oauth',
  authorizeUrl: 'https://miro.com/oauth/authorize',
  tokenUrl: 'https://api.miro.com/v1/oauth/token',
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: [],
  captures: { team_id: 'team_id', user_id: 'user_id' },
  refreshIdleTtl: 60 * 86_400,
  rotation: 'single_use',
  baseUrl: 'https://api.miro.com',
  verify: { method: 'GET', path: '/v1/oauth-token' },
};
