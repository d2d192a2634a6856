import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Every data centre has a domain of its own, and the answer names the host of the API. A refresh token must be asked for; it
 * does not end, but of more than twenty the oldest goes. Errors with status 200 are general knowledge.
 */
export const zoho: OAuth2Provider = {
  type: 'oauth2',
  id: 'zoho',
  title: 'Zoho',
  docs: 'https://www.zoho.com/accounts/protocol/oauth/web-server-applications.html',
  authorizeUrl: 'https://accounts.zoho.{domain}/oauth/v2/auth',
  tokenUrl: 'https://accounts.zoho.{domain}/oauth/v2/token',
  revocation: { url: 'https://accounts.zoho.{domain}/oauth/v2/token/revoke' },
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ',',
  defaultScopes: [],
  authorizeParameters: { access_type: 'offline', prompt: 'consent' },
  parameters: {
    domain: { title: 'Domain of the data centre', pattern: /^(?:com|eu|in|com\.au|com\.cn|jp|sa)$/, example: 'com' },
  },
  captures: { api_domain: 'api_domain' },
  accessTtl: 3600,
  rotation: 'stable',
  refusals: [
    { status: 200, error: 'invalid_code' },
    { status: 400, error: 'invalid_code' },
  ],
  baseUrl: '{api_domain}',
};
