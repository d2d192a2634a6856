import type { OAuth1Provider } from '../kit/oauth-provider.ts';

/** OAuth 1.0a; tokens end unless `expiration=never` is asked for. Whoever is asked sees `name`. */
export const trello: OAuth1Provider = {
  type: 'oauth1',
  id: 'trello',
  title: 'Trello',
  docs: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/',
  requestTokenUrl: 'https://trello.com/1/OAuthGetRequestToken',
  authorizeUrl: 'https://trello.com/1/OAuthAuthorizeToken',
  accessTokenUrl: 'https://trello.com/1/OAuthGetAccessToken',
  signatureMethod: 'HMAC-SHA1',
  authorizeParameters: { expiration: 'never', name: 'Tributary' },
  defaultScopes: ['read'],
  baseUrl: 'https://api.trello.com/1',
  verify: { method: 'GET', path: '/members/me' },
};
