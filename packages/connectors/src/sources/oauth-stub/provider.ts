import type { OAuth2Provider } from '../../kit/oauth-provider.ts';

/**
 * The authorization server of a test, on this machine: the parameter is its port, so that no client's secret can be sent to
 * another host. Its paths are those of the package oidc-provider, https://github.com/panva/node-oidc-provider.
 */
export const testProvider: OAuth2Provider = {
  type: 'oauth2',
  id: 'oauth_stub',
  title: 'Test authorization server',
  docs: 'https://github.com/panva/node-oidc-provider/blob/main/docs/README.md',
  authorizeUrl: 'http://127.0.0.1:{authorization_port}/auth',
  tokenUrl: 'http://127.0.0.1:{authorization_port}/token',
  revocation: { url: 'http://127.0.0.1:{authorization_port}/token/revocation', token: 'form' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['openid', 'offline_access'],
  // OpenID Connect Core §11: a refresh token is given only to who asks for consent.
  authorizeParameters: { prompt: 'consent' },
  parameters: {
    authorization_port: { title: 'Port of the authorization server', pattern: /^\d{1,5}$/, example: '9000' },
  },
  rotation: 'single_use',
  baseUrl: 'http://127.0.0.1:{authorization_port}',
  verify: { method: 'GET', path: '/me' },
};
