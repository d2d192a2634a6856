import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Acts as a user; what a server's channels hold is read with a bot's token instead. The lives of the tokens and their
 * rotation are general knowledge.
 */
export const discord: OAuth2Provider = {
  type: 'oauth2',
  id: 'discord',
  title: 'Discord',
  docs: 'https://discord.com/developers/docs/topics/oauth2',
  authorizeUrl: 'https://discord.com/api/oauth2/authorize',
  tokenUrl: 'https://discord.com/api/oauth2/token',
  revocation: { url: 'https://discord.com/api/oauth2/token/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['identify'],
  accessTtl: 7 * 86_400,
  rotation: 'single_use',
  baseUrl: 'https://discord.com/api/v10',
  verify: { method: 'GET', path: '/users/@me' },
  rateLimitHeaders: ['retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset-after'],
};
