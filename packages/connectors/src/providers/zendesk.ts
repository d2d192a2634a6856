import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * How long tokens last must be asked for, from five minutes to two days; without it the answer does not say. A used refresh
 * token is gone at once, and the access token with it.
 */
export const zendesk: OAuth2Provider = {
  type: 'oauth2',
  id: 'zendesk',
  title: 'Zendesk',
  docs: 'https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token',
  authorizeUrl: 'https://{subdomain}.zendesk.com/oauth/authorizations/new',
  tokenUrl: 'https://{subdomain}.zendesk.com/oauth/tokens',
  revocation: {
    url: 'https://{subdomain}.zendesk.com/api/v2/oauth/tokens/current.json',
    method: 'DELETE',
    token: 'bearer',
  },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['read'],
  tokenParameters: { expires_in: '7200' },
  parameters: {
    subdomain: {
      title: 'Subdomain',
      pattern: /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/,
      example: 'example',
    },
  },
  accessTtl: 7200,
  refreshIdleTtl: 30 * 86_400,
  rotation: 'single_use',
  baseUrl: 'https://{subdomain}.zendesk.com/api/v2',
  verify: { method: 'GET', path: '/users/me.json' },
  rateLimitHeaders: ['retry-after'],
};
