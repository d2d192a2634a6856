import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * There are no scopes: a token may do what its user may, in the workspaces chosen at consent. Tokens do not end.
 */
export const clickup: OAuth2Provider = {
  type: 'oauth2',
  id: 'clickup',
  title: 'ClickUp',
  docs: 'https://developer.clickup.com/docs/authentication',
  authorizeUrl: 'https://app.clickup.com/api',
  tokenUrl: 'https://api.clickup.com/api/v2/oauth/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.clickup.com/api/v2',
  verify: { method: 'GET', path: '/user' },
  rateLimitHeaders: ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
};
