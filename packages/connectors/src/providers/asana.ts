import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The endpoints are of the vendor's page; the lives of the tokens are general knowledge.
 */
export const asana: OAuth2Provider = {
  type: 'oauth2',
  id: 'asana',
  title: 'Asana',
  docs: 'https://developers.asana.com/docs/oauth',
  authorizeUrl: 'https://app.asana.com/-/oauth_authorize',
  tokenUrl: 'https://app.asana.com/-/oauth_token',
  revocation: { url: 'https://app.asana.com/-/oauth_revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  captures: { user_id: 'data.gid' },
  accessTtl: 3600,
  rotation: 'stable',
  baseUrl: 'https://app.asana.com/api/1.0',
  verify: { method: 'GET', path: '/users/me' },
};
