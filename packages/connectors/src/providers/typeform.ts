import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * A refresh token comes only with the scope `offline`. The lives of the tokens and their rotation are general knowledge.
 */
export const typeform: OAuth2Provider = {
  type: 'oauth2',
  id: 'typeform',
  title: 'Typeform',
  docs: 'https://www.typeform.com/developers/get-started/applications/',
  authorizeUrl: 'https://api.typeform.com/oauth/authorize',
  tokenUrl: 'https://api.typeform.com/oauth/token',
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: '+',
  defaultScopes: ['offline', 'accounts:read'],
  accessTtl: 7 * 86_400,
  rotation: 'single_use',
  baseUrl: 'https://api.typeform.com',
  verify: { method: 'GET', path: '/me' },
};
