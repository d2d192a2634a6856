import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * How long a session lasts is the organization's policy and is not said. The refresh token stays unless the organization turns
 * rotation on. The answer names the instance whose API is to be asked. All but the addresses is general knowledge.
 */
export const salesforce: OAuth2Provider = {
  type: 'oauth2',
  id: 'salesforce',
  title: 'Salesforce',
  docs: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm',
  authorizeUrl: 'https://{hostname}/services/oauth2/authorize',
  tokenUrl: 'https://{hostname}/services/oauth2/token',
  revocation: { url: 'https://{hostname}/services/oauth2/revoke', clientAuthentication: 'none' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['api', 'offline_access'],
  parameters: {
    hostname: {
      title: 'Login host',
      pattern:
        /^(?:login|test|[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.(?:sandbox|develop|scratch|trailblaze))?\.my)\.salesforce\.com$/,
      example: 'login.salesforce.com',
    },
  },
  captures: { instance_url: 'instance_url', id: 'id' },
  rotation: 'stable',
  baseUrl: '{instance_url}',
  verify: { method: 'GET', path: '/services/data/v62.0/limits' },
  rateLimitHeaders: ['sforce-limit-info'],
};
