import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * There are no scopes and tokens do not end: the answer says `expires_in: 0` and `scope: null`. The API's host begins with
 * the account's data centre, which stands in the address of the vendor's pages.
 */
export const mailchimp: OAuth2Provider = {
  type: 'oauth2',
  id: 'mailchimp',
  title: 'Mailchimp',
  docs: 'https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/',
  authorizeUrl: 'https://login.mailchimp.com/oauth2/authorize',
  tokenUrl: 'https://login.mailchimp.com/oauth2/token',
  clientAuthentication: 'body',
  pkce: false,
  scopeSeparator: ' ',
  defaultScopes: [],
  parameters: { dc: { title: 'Data centre', pattern: /^[a-z]{2}\d{1,3}$/, example: 'us21' } },
  accessTtl: null,
  rotation: 'none',
  baseUrl: 'https://{dc}.api.mailchimp.com/3.0',
  verify: { method: 'GET', path: '/ping' },
};
