import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Refresh tokens are for one use since the vendor's rotation guide; they do not end before they are used. The address of
 * revocation is general knowledge.
 */
export const calendly: OAuth2Provider = {
  type: 'oauth2',
  id: 'calendly',
  title: 'Calendly',
  docs: 'https://developer.calendly.com/refresh-token-rotation-guide',
  authorizeUrl: 'https://auth.calendly.com/oauth/authorize',
  tokenUrl: 'https://auth.calendly.com/oauth/token',
  revocation: { url: 'https://auth.calendly.com/oauth/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  captures: { owner: 'owner', organization: 'organization' },
  accessTtl: 7200,
  rotation: 'single_use',
  baseUrl: 'https://api.calendly.com',
  verify: { method: 'GET', path: '/users/me' },
};
