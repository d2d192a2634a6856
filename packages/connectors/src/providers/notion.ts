import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Token requests are JSON. The pages that may be read are chosen at consent, there are no scopes. A refresh gives a new access
 * token and a new refresh token; how long they last is not documented.
 */
export const notion: OAuth2Provider = {
  type: 'oauth2',
  id: 'notion',
  title: 'Notion',
  docs: 'https://developers.notion.com/reference/refresh-a-token',
  authorizeUrl: 'https://api.notion.com/v1/oauth/authorize',
  tokenUrl: 'https://api.notion.com/v1/oauth/token',
  revocation: {
    url: 'https://api.notion.com/v1/oauth/revoke',
    token: 'json',
    of: 'access',
    headers: { 'notion-version': '2022-06-28' },
  },
  clientAuthentication: 'basic',
  jsonTokenRequest: true,
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  authorizeParameters: { owner: 'user' },
  captures: { workspace_id: 'workspace_id', workspace_name: 'workspace_name', bot_id: 'bot_id' },
  rotation: 'single_use',
  baseUrl: 'https://api.notion.com/v1',
  verify: { method: 'GET', path: '/users/me', headers: { 'notion-version': '2022-06-28' } },
  rateLimitHeaders: ['retry-after'],
};
