import type { MachineGrant } from '../kit/auth.ts';
import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * As Microsoft's, for apps that are registered in one tenant only, which `common` refuses.
 */
export const microsoftTenant: OAuth2Provider = {
  type: 'oauth2',
  id: 'microsoft_tenant',
  title: 'Microsoft (one tenant)',
  docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
  authorizeUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  parameters: {
    tenant: {
      title: 'Tenant id',
      pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
      example: '8eaef023-2b34-4da1-9baa-8bc8c9d6a490',
    },
  },
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

/** An app that acts for itself, with the permissions that an administrator has consented to. */
export const microsoftApplication: MachineGrant = {
  type: 'client_credentials',
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  scopes: ['https://graph.microsoft.com/.default'],
};
