import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Scopes belong to the consumer and need not be asked for. Sources disagree on whether a token lasts one hour or two; the
 * answer says it. That the refresh token stays is general knowledge.
 */
export const bitbucket: OAuth2Provider = {
  type: 'oauth2',
  id: 'bitbucket',
  title: 'Bitbucket',
  docs: 'https://developer.atlassian.com/cloud/bitbucket/oauth-2/',
  authorizeUrl: 'https://bitbucket.org/site/oauth2/authorize',
  tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
  clientAuthentication: 'basic',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: 3600,
  rotation: 'stable',
  baseUrl: 'https://api.bitbucket.org/2.0',
  verify: { method: 'GET', path: '/user' },
};
