import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The addresses are of the dated version that replaces v1, which ends in February 2027. The migration guide's tokens last 30
 * minutes; that the refresh token stays is general knowledge.
 */
export const hubspot: OAuth2Provider = {
  type: 'oauth2',
  id: 'hubspot',
  title: 'HubSpot',
  docs: 'https://developers.hubspot.com/changelog/v1-oauth-api-deprecation',
  authorizeUrl: 'https://app.hubspot.com/oauth/authorize',
  tokenUrl: 'https://api.hubapi.com/oauth/2026-03/token',
  revocation: { url: 'https://api.hubapi.com/oauth/2026-03/token/revoke' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['oauth'],
  captures: { hub_id: 'hub_id' },
  accessTtl: 1800,
  rotation: 'stable',
  refusals: [
    { status: 400, error: 'BAD_REFRESH_TOKEN' },
    { status: 400, error: 'BAD_AUTH_CODE' },
  ],
  baseUrl: 'https://api.hubapi.com',
  verify: { method: 'GET', path: '/account-info/v3/details' },
  rateLimitHeaders: ['x-hubspot-ratelimit-remaining'],
};
