import type { OAuth2Provider } from '../kit/oauth-provider.ts';
import { slack } from './slack.ts';

/**
 * The token that acts as the user: it is asked for by `user_scope` and stands below `authed_user`.
 */
export const slackUser: OAuth2Provider = {
  ...slack,
  id: 'slack_user',
  title: 'Slack (as the user)',
  scopeParameter: 'user_scope',
  tokenAt: 'authed_user',
  captures: { team_id: 'team.id', user_id: 'authed_user.id' },
};
