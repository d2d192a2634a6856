import { bearer } from '@tributary/connectors/kit/authorization';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import type { Secret } from '@tributary/connectors/kit/secret';

/** The header that carries a token to a provider's API: as a bearer, or bare in the header that the row names. */
export function carriedToken(
  { tokenHeader }: Pick<OAuth2Provider, 'tokenHeader'>,
  token: Secret,
): { readonly headerName: string; readonly value: Secret } {
  return tokenHeader === undefined
    ? { headerName: 'authorization', value: bearer(token) }
    : { headerName: tokenHeader, value: token };
}
