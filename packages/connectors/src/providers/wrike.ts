import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The answer names the host of the account's data centre. How refresh tokens turn is general knowledge; they are taken to be
 * for one use, which is right in any case.
 */
export const wrike: OAuth2Provider = {
  type: 'oauth2',
  id: 'wrike',
  title: 'Wrike',
  docs: 'https://developers.wrike.com/docs/oauth-20-authorization',
  authorizeUrl: 'https://login.wrike.com/oauth2/authorize/v4',
  tokenUrl: 'https://login.wrike.com/oauth2/token',
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ',',
  defaultScopes: [],
  captures: { host: 'host' },
  accessTtl: 3600,
  rotation: 'single_use',
  baseUrl: 'https://{host}/api/v4',
  verify: { method: 'GET', path: '/contacts?me=true' },
};
