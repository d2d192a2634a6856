import type { MachineGrant } from '../kit/auth.ts';
import type { OAuth2Provider } from '../kit/oauth-provider.ts';

/**
 * One server for Drive, Gmail, Calendar and the rest. A refresh token must be asked for, and comes at the first consent only
 * unless consent is asked for again. It stays, and dies after six months without use, when the password changes (Gmail's
 * scopes), beyond a number of tokens a client and user, and after seven days while the consent screen is in testing.
 */
export const google: OAuth2Provider = {
  type: 'oauth2',
  id: 'google',
  title: 'Google',
  docs: 'https://developers.google.com/identity/protocols/oauth2/web-server',
  authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  issuer: 'https://accounts.google.com',
  revocation: { url: 'https://oauth2.googleapis.com/revoke', clientAuthentication: 'none' },
  clientAuthentication: 'body',
  pkce: true,
  scopeSeparator: ' ',
  defaultScopes: ['openid'],
  authorizeParameters: { access_type: 'offline', prompt: 'consent' },
  accessTtl: 3600,
  refreshIdleTtl: 180 * 86_400,
  rotation: 'stable',
  baseUrl: 'https://openidconnect.googleapis.com/v1',
  verify: { method: 'GET', path: '/userinfo' },
};

/** A service account (RFC 7523), for itself or, with `subject`, for a user of a domain that has delegated to it. */
export const googleServiceAccount = (scopes: readonly string[]): MachineGrant => ({
  type: 'jwt_bearer',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  scopes,
  algorithm: 'RS256',
});
