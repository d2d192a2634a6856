import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens last two hours; older versions left `expires_in` out of the answer. That refresh tokens are for one use is general
 * knowledge.
 */
export const gitlab: OAuth2Provider = {
  type: 'oauth2',
  id: 'gitlab',
  title: 'GitLab.com',
  docs: 'https://docs.gitlab.com/api/oauth2/',
  authorizeUrl: 'https://gitlab.com/oauth/authorize',
  tokenUrl: 'https://gitlab.com/oauth/token',
  revocation: { url: 'https://gitlab.com/oauth/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['read_user'],
  accessTtl: 7200,
  rotation: 'single_use',
  baseUrl: 'https://gitlab.com/api/v4',
  verify: { method: 'GET', path: '/user' },
  rateLimitHeaders: ['ratelimit-reset', 'retry-after'],
};
