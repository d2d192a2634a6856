import type { MachineGrant } from '../kit/auth.ts';
import type { OAuth2Provider } from '../kit/oauth-provider.ts';
import { microsoft } from './microsoft.ts';

/**
 * As Microsoft's, for apps that are registered in one tenant only, which `common` refuses.
 */
export const microsoftTenant: OAuth2Provider = {
  ...microsoft,
  id: 'microsoft_tenant',
  title: 'Microsoft (one tenant)',
  authorizeUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  parameters: {
    tenant: {
      title: 'Tenant id',
      pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
      example: '8eaef023-2b34-4da1-9baa-8bc8c9d6a490',
    },
  },
};

/** An app that acts for itself, with the permissions that an administrator has consented to. */
export const microsoftApplication: MachineGrant = {
  type: 'client_credentials',
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  scopes: ['https://graph.microsoft.com/.default'],
};
