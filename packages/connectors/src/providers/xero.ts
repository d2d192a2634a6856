import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens last 30 minutes; a used refresh token may be sent again for half an hour, as the vendor's forum says. The 60 days of an
 * unused one, the issuer and the address of revocation are general knowledge. PKCE is meant for clients without a secret.
 */
export const xero: OAuth2Provider = {
  type: 'oauth2',
  id: 'xero',
  title: 'Xero',
  docs: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow',
  authorizeUrl: 'https://login.xero.com/identity/connect/authorize',
  tokenUrl: 'https://identity.xero.com/connect/token',
  issuer: 'https://identity.xero.com',
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
