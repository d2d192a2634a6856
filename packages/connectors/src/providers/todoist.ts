import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens do not end. They are given back by RFC 7009 in JSON, with the client in the header.
 */
export const todoist: OAuth2Provider = {
  type: 'oauth2',
  id: 'todoist',
  title: 'Todoist',
  docs: 'https://developer.todoist.com/api/v1/#tag/Authorization',
  authorizeUrl: 'https://todoist.com/oauth/authorize',
  tokenUrl: 'https://todoist.com/oauth/access_token',
  revocation: { url: 'https://api.todoist.com/api/v1/revoke', token: 'json', clientAuthentication: 'basic' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ',',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.todoist.com/api/v1',
  verify: { method: 'GET', path: '/user' },
};
