import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens last 30 minutes, unused refresh tokens 60 days; a used one may be sent again for half an hour. All but the token's
 * address is general knowledge. PKCE is meant for clients without a secret.
 */
export const xero: OAuth2Provider = {
  type: 'oauth2',
  id: 'xero',
  title: 'Xero',
  docs: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow',
  authorizeUrl: 'https://login.xero.com/identity/connect/authorize',
  tokenUrl: 'https://identity.xero.com/connect/token',
  revocation: { url: 'https://identity.xero.com/connect/revocation' },
  clientAuthentication: 'basic',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: ['offline_access'],
  accessTtl: 1800,
  refreshIdleTtl: 60 * 86_400,
  rotation: 'grace',
  baseUrl: 'https://api.xero.com',
  verify: { method: 'GET', path: '/connections' },
};
