import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Airtable insists on PKCE and rotates refresh tokens; that a used one ends the grant is told by the vendor's integrators.
 * The lives of the tokens are general knowledge; the answer says them too.
 */
export const airtable: OAuth2Provider = {
  type: 'oauth2',
  id: 'airtable',
  title: 'Airtable',
  docs: 'https://airtable.com/developers/web/api/oauth-reference',
  authorizeUrl: 'https://airtable.com/oauth2/v1/authorize',
  tokenUrl: 'https://airtable.com/oauth2/v1/token',
  clientAuthentication: 'basic',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: 3600,
  refreshIdleTtl: 60 * 86_400,
  rotation: 'single_use',
  baseUrl: 'https://api.airtable.com/v0',
  verify: { method: 'GET', path: '/meta/whoami' },
};
