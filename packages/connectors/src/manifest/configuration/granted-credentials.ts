import type { GrantedCredentials } from '../../kit/authorization.ts';

/** Where templates find what the provider said beside the token (`instance_url`, …). */
export const GRANTED = 'granted';

/** Credentials of which the platform keeps the token; `undefined` for those that were typed in. */
export function grantedCredentials(credentials: unknown): GrantedCredentials | undefined {
  if (typeof credentials !== 'object' || credentials === null || !('authorization' in credentials)) return undefined;
  const { authorization } = credentials;
  const isGrant = typeof authorization === 'object' && authorization !== null && 'renew' in authorization;
  return isGrant ? (credentials as GrantedCredentials) : undefined;
}
