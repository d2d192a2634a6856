import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * One server for OneDrive, SharePoint, Outlook and Teams, for accounts of every tenant. A new refresh token comes with every
 * use, and the old one goes on; both die after 90 days. PKCE is recommended for all kinds of clients.
 */
export const microsoft: OAuth2Provider = {
  type: 'oauth2',
  id: 'microsoft',
  title: 'Microsoft',
  docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
  authorizeUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['offline_access', 'User.Read'],
  accessTtl: 3600,
  refreshIdleTtl: 90 * 86_400,
  rotation: 'grace',
  baseUrl: 'https://graph.microsoft.com/v1.0',
  verify: { method: 'GET', path: '/me' },
  rateLimitHeaders: ['retry-after'],
};
