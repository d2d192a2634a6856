import type { MachineGrant } from '../kit/auth.ts';
import type { OAuth2Provider } from '../kit/oauth-provider.ts';
import { github } from './github.ts';

/**
 * An app that acts for a user: what it may do is set at the app, so there are no scopes. Tokens last 8 hours, their refresh
 * tokens 6 months and one use.
 */
export const githubApp: OAuth2Provider = {
  ...github,
  id: 'github_app',
  title: 'GitHub App',
  docs: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
  accessTtl: 8 * 3600,
  refreshIdleTtl: 184 * 86_400,
  rotation: 'single_use',
};

/** An app that acts for itself in one installation: its JWT is exchanged for a token of an hour. */
export const githubInstallation: MachineGrant = {
  type: 'app_installation',
  tokenUrl: 'https://api.github.com/app/installations/{installation_id}/access_tokens',
};
