import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * One server for Jira and Confluence Cloud. A refresh token comes only with `offline_access`, rotates, and is refused with
 * 403 rather than 400. Which sites a token may read is asked at `/oauth/token/accessible-resources`. That a refresh token
 * dies after 90 days without use is general knowledge.
 */
export const atlassian: OAuth2Provider = {
  type: 'oauth2',
  id: 'atlassian',
  title: 'Atlassian (Jira, Confluence)',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
  authorizeUrl: 'https://auth.atlassian.com/authorize',
  tokenUrl: 'https://auth.atlassian.com/oauth/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['offline_access'],
  authorizeParameters: { audience: 'api.atlassian.com', prompt: 'consent' },
  accessTtl: 3600,
  refreshIdleTtl: 90 * 86_400,
  rotation: 'single_use',
  refusals: [
    { status: 403, error: 'invalid_grant' },
    { status: 403, error: 'unauthorized_client' },
  ],
  baseUrl: 'https://api.atlassian.com',
  verify: { method: 'GET', path: '/oauth/token/accessible-resources' },
};
