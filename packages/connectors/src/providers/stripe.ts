import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * The client's secret is the platform's API key. Tokens do not end; the answer names the account. Restricted keys are the
 * simpler way for one's own account.
 */
export const stripe: OAuth2Provider = {
  type: 'oauth2',
  id: 'stripe',
  title: 'Stripe Connect',
  docs: 'https://docs.stripe.com/connect/oauth-reference',
  authorizeUrl: 'https://connect.stripe.com/oauth/authorize',
  tokenUrl: 'https://connect.stripe.com/oauth/token',
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['read_only'],
  captures: { stripe_user_id: 'stripe_user_id', livemode: 'livemode' },
  accessTtl: null,
  rotation: 'stable',
  baseUrl: 'https://api.stripe.com/v1',
  verify: { method: 'GET', path: '/account' },
};
