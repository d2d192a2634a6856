import type { ReturnedTokens } from '@tributary/connectors/kit/connector';
import type { StoredGrant } from './stored-grant.ts';

/** A grant whose tokens its connector has renewed by itself; an expiry that it does not tell is not known any more. */
export function withReturnedTokens(grant: StoredGrant, returned: ReturnedTokens): StoredGrant {
  const { tokens } = grant;
  if (tokens?.type !== 'oauth2') return grant;
  const { expiresAt, ...rest } = tokens;
  const isRenewed = returned.accessToken !== undefined;
  return { ...grant, tokens: { ...rest, ...(!isRenewed && expiresAt !== undefined && { expiresAt }), ...returned } };
}
