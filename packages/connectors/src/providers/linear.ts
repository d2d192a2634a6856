import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Since October 2025 apps get refresh tokens, and older ones had to follow by April 2026; a client that still gets none keeps
 * a token without end. That they rotate is general knowledge.
 */
export const linear: OAuth2Provider = {
  type: 'oauth2',
  id: 'linear',
  title: 'Linear',
  docs: 'https://linear.app/developers/oauth-2-0-authentication',
  authorizeUrl: 'https://linear.app/oauth/authorize',
  tokenUrl: 'https://api.linear.app/oauth/token',
  revocation: { url: 'https://api.linear.app/oauth/revoke', token: 'bearer' },
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ',',
  defaultScopes: ['read'],
  accessTtl: 86_399,
  rotation: 'single_use',
  baseUrl: 'https://api.linear.app',
  verify: { method: 'POST', path: '/graphql', json: { query: '{ viewer { id } }' } },
  rateLimitHeaders: ['x-ratelimit-requests-remaining', 'x-ratelimit-requests-reset'],
};
