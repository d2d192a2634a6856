import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The flow that apps have until they switch to OAuth 2.1: tokens do not end and there is nothing to refresh.
 */
export const monday: OAuth2Provider = {
  type: 'oauth2',
  id: 'monday',
  title: 'monday.com',
  docs: 'https://developer.monday.com/apps/docs/oauth',
  authorizeUrl: 'https://auth.monday.com/oauth2/authorize',
  tokenUrl: 'https://auth.monday.com/oauth2/token',
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: ['me:read'],
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://api.monday.com/v2',
  verify: { method: 'POST', path: '', json: { query: '{ me { id } }' } },
};
