import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * Tokens that end must be asked for; they last an hour, their refresh tokens 90 days. A used refresh token may be sent again
 * until the new one is used. The API takes the token in a header of its own.
 */
export const shopify: OAuth2Provider = {
  type: 'oauth2',
  id: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens',
  authorizeUrl: 'https://{shop}.myshopify.com/admin/oauth/authorize',
  tokenUrl: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ',',
  defaultScopes: [],
  tokenParameters: { expiring: '1' },
  parameters: {
    shop: {
      title: 'Shop',
      pattern: /^[a-z\d](?:[a-z\d-]{0,58}[a-z\d])?$/,
      example: 'example-shop',
    },
  },
  accessTtl: 3600,
  refreshIdleTtl: 90 * 86_400,
  rotation: 'grace',
  tokenHeader: 'x-shopify-access-token',
  baseUrl: 'https://{shop}.myshopify.com/admin/api/2026-10',
  verify: { method: 'GET', path: '/shop.json' },
};
