import type { MachineGrant } from '../kit/auth.ts';
import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * An app that acts for a user: what it may do is set at the app, so there are no scopes. Tokens last 8 hours, their refresh
 * tokens 6 months and one use.
 */
export const githubApp: OAuth2Provider = {
  type: 'oauth2',
  id: 'github_app',
  title: 'GitHub App',
  docs: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
  authorizeUrl: 'https://github.com/login/oauth/authorize',
  tokenUrl: 'https://github.com/login/oauth/access_token',
  revocation: {
    url: 'https://api.github.com/applications/{client_id}/grant',
    method: 'DELETE',
    token: 'json',
    field: 'access_token',
    of: 'access',
    clientAuthentication: 'basic',
  },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: [],
  accessTtl: 8 * 3600,
  refreshIdleTtl: 184 * 86_400,
  rotation: 'single_use',
  refusals: [
    { status: 200, error: 'bad_refresh_token' },
    { status: 200, error: 'bad_verification_code' },
  ],
  baseUrl: 'https://api.github.com',
  verify: { method: 'GET', path: '/user' },
  rateLimitHeaders: ['x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
};

/** An app that acts for itself in one installation: its JWT is exchanged for a token of an hour. */
export const githubInstallation: MachineGrant = {
  type: 'app_installation',
  tokenUrl: 'https://api.github.com/app/installations/{installation_id}/access_tokens',
};
