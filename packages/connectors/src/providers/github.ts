import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * An OAuth app's tokens do not end. GitHub says errors with status 200.
 */
export const github: OAuth2Provider = {
  type: 'oauth2',
  id: 'github',
  title: 'GitHub (OAuth app)',
  docs: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
  authorizeUrl: 'https://github.com/login/oauth/authorize',
  tokenUrl: 'https://github.com/login/oauth/access_token',
  revocation: {
    url: 'https://api.github.com/applications/{client_id}/grant',
    method: 'DELETE',
    token: 'json',
    field: 'access_token',
    of: 'access',
    clientAuthentication: 'basic',
  },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  refusals: [
    { status: 200, error: 'bad_refresh_token' },
    { status: 200, error: 'bad_verification_code' },
  ],
  baseUrl: 'https://api.github.com',
  verify: { method: 'GET', path: '/user' },
  rateLimitHeaders: ['x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
};
