import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Scopes belong to the app, and tokens do not end. The addresses are those of the United States; they redirect for others.
 */
export const intercom: OAuth2Provider = {
  type: 'oauth2',
  id: 'intercom',
  title: 'Intercom',
  docs: 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth',
  authorizeUrl: 'https://app.intercom.com/oauth',
  tokenUrl: 'https://api.intercom.io/auth/eagle/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.intercom.io',
  verify: { method: 'GET', path: '/me' },
  rateLimitHeaders: ['x-ratelimit-reset'],
};
