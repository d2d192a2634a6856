import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The app's own token. It does not end unless the app has turned rotation on: then the answer says 12 hours, and a refresh
 * token is for one use. Errors come with status 200; their words are general knowledge.
 */
export const slack: OAuth2Provider = {
  type: 'oauth2',
  id: 'slack',
  title: 'Slack',
  docs: 'https://docs.slack.dev/authentication/using-token-rotation',
  authorizeUrl: 'https://slack.com/oauth/v2/authorize',
  tokenUrl: 'https://slack.com/api/oauth.v2.access',
  revocation: { url: 'https://slack.com/api/auth.revoke', token: 'bearer' },
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ',',
  defaultScopes: [],
  captures: { team_id: 'team.id', team_name: 'team.name', bot_user_id: 'bot_user_id' },
  accessTtl: null,
  rotation: 'single_use',
  refusals: [
    { status: 200, error: 'invalid_refresh_token' },
    { status: 200, error: 'invalid_code' },
    { status: 200, error: 'code_already_used' },
    { status: 200, error: 'token_expired' },
    { status: 200, error: 'token_revoked' },
    { status: 200, error: 'account_inactive' },
  ],
  baseUrl: 'https://slack.com/api',
  verify: { method: 'POST', path: '/auth.test' },
  rateLimitHeaders: ['retry-after'],
};
