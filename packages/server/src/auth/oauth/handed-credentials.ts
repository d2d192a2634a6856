import type { GrantedCredentials } from '@tributary/connectors/kit/authorization';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { OAuthProvider } from '@tributary/connectors/kit/oauth-provider';
import { carriedToken } from './carried-token.ts';
import type { StoredGrant } from './stored-grant.ts';

/**
 * Tokens that are not renewed here: they are only tried, or the connector renews them by itself and gets them as they are.
 * Throws `ConnectorError('credential')` when there are none of OAuth 2.
 */
export function handedCredentials(provider: OAuthProvider, grant: StoredGrant | undefined): GrantedCredentials {
  if (grant?.tokens?.type !== 'oauth2') throw new ConnectorError('credential', 'Nobody has allowed the access yet.');
  const { accessToken, refreshToken, expiresAt, captured } = grant.tokens;
  const { headerName, value } = carriedToken(provider.type === 'oauth2' ? provider : {}, accessToken);
  return {
    authorization: { headerName, header: () => Promise.resolve(value), renew: () => Promise.resolve(false) },
    captured: { ...grant.parameters, ...captured },
    handed: {
      accessToken,
      ...(refreshToken && { refreshToken }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(grant.client && { client: grant.client }),
    },
  };
}
