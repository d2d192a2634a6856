import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens do not end, and there is nothing to refresh; both, and the way of revocation, are general knowledge.
 */
export const webflow: OAuth2Provider = {
  type: 'oauth2',
  id: 'webflow',
  title: 'Webflow',
  docs: 'https://developers.webflow.com/data/reference/oauth-app',
  authorizeUrl: 'https://webflow.com/oauth/authorize',
  tokenUrl: 'https://api.webflow.com/oauth/access_token',
  revocation: { url: 'https://webflow.com/oauth/revoke_authorization', field: 'access_token', of: 'access' },
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.webflow.com/v2',
  verify: { method: 'GET', path: '/token/introspect' },
};
