import { basic } from '@tributary/connectors/kit/authorization';
import type { ClientAuthentication } from '@tributary/connectors/kit/oauth-provider';
import { ClientSecretPost, None } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import type { OAuthClientCredentials } from './tokens.ts';

/**
 * The client in the header (RFC 6749 §2.3.1). Characters that are safe in a form stay as they are: a vendor that compares the
 * text as it comes would refuse an escaped `-` or `_`, which the letter of the appendix allows.
 */
export function basicClient({ id, secret }: OAuthClientCredentials): string {
  return basic(encodeURIComponent(id), encodeURIComponent(secret?.reveal() ?? '')).reveal();
}

/** How the client proves itself; one without a secret is public and names itself only (RFC 6749 §3.2.1). */
export function clientAuthentication(method: ClientAuthentication, client: OAuthClientCredentials): ClientAuth {
  if (client.secret === undefined || method === 'none') return None();
  if (method === 'body') return ClientSecretPost(client.secret.reveal());
  return (_server, _client, _body, headers) => headers.set('authorization', basicClient(client));
}
