import type { AuthMethod } from '../../control/schema.ts';

/** Whether the credentials of a connection are tokens that a provider gave. */
export function isByOAuth(method: AuthMethod): boolean {
  return method === 'oauth_browser' || method === 'oauth_byoc' || method === 'oauth_token';
}
