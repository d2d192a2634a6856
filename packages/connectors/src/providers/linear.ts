import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens last a day; every app has had refresh tokens since April 2026. That they rotate is general knowledge. The vendor
 * documents no PKCE.
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
  accessTtl: 86_400,
  rotation: 'single_use',
  baseUrl: 'https://api.linear.app',
  verify: { method: 'POST', path: '/graphql', json: { query: '{ viewer { id } }' } },
  rateLimitHeaders: ['x-ratelimit-requests-remaining', 'x-ratelimit-requests-reset'],
};
