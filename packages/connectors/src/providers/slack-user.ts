import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The token that acts as the user: it is asked for by `user_scope` and stands below `authed_user`.
 */
export const slackUser: OAuth2Provider = {
  type: 'oauth2',
  id: 'slack_user',
  title: 'Slack (as the user)',
  docs: 'https://docs.slack.dev/authentication/using-token-rotation',
  authorizeUrl: 'https://slack.com/oauth/v2/authorize',
  tokenUrl: 'https://slack.com/api/oauth.v2.access',
  revocation: { url: 'https://slack.com/api/auth.revoke', token: 'bearer' },
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ',',
  defaultScopes: [],
  scopeParameter: 'user_scope',
  tokenAt: 'authed_user',
  captures: { team_id: 'team.id', user_id: 'authed_user.id' },
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
