import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * A refresh token must be asked for by `token_access_type`; that it stays is general knowledge.
 */
export const dropbox: OAuth2Provider = {
  type: 'oauth2',
  id: 'dropbox',
  title: 'Dropbox',
  docs: 'https://developers.dropbox.com/oauth-guide',
  authorizeUrl: 'https://www.dropbox.com/oauth2/authorize',
  tokenUrl: 'https://api.dropboxapi.com/oauth2/token',
  revocation: { url: 'https://api.dropboxapi.com/2/auth/token/revoke', token: 'bearer' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  authorizeParameters: { token_access_type: 'offline' },
  captures: { account_id: 'account_id', team_id: 'team_id' },
  accessTtl: 14_400,
  rotation: 'stable',
  baseUrl: 'https://api.dropboxapi.com/2',
  verify: { method: 'POST', path: '/users/get_current_account' },
};
