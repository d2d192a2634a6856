import { assert } from '../../lib/asserts.ts';
import type { OAuthClient } from './oauth-client.ts';
import { OAuth1Client } from './oauth1-client.ts';
import { OAuth2Client } from './oauth2-client.ts';
import { createProviderHttp } from './provider-http.ts';
import type { ProviderHttpOptions } from './provider-http.ts';

/** The protocol client for every provider of the table. Close it to let go of its connections. */
export function createOAuthClient(options: ProviderHttpOptions): OAuthClient {
  const http = createProviderHttp(options);
  const oauth2 = new OAuth2Client(http, options.clock);
  const oauth1 = new OAuth1Client(http, options.clock);
  return {
    start: ({ provider, ...rest }) =>
      provider.type === 'oauth2' ? oauth2.start({ ...rest, provider }) : oauth1.start({ ...rest, provider }),
    finish: ({ provider, ...rest }) =>
      provider.type === 'oauth2' ? oauth2.finish({ ...rest, provider }) : oauth1.finish({ ...rest, provider }),
    refresh: (access, tokens) => oauth2.refresh(access, tokens),
    revoke({ provider, ...rest }, tokens) {
      if (provider.type === 'oauth1') return Promise.resolve(false);
      assert(tokens.type === 'oauth2', 'the tokens are of the kind of their provider');
      return oauth2.revoke({ ...rest, provider }, tokens);
    },
    verify({ provider, ...rest }, tokens) {
      if (provider.type === 'oauth1') {
        assert(tokens.type === 'oauth1', 'the tokens are of the kind of their provider');
        return oauth1.verify({ ...rest, provider }, tokens);
      }
      assert(tokens.type === 'oauth2', 'the tokens are of the kind of their provider');
      return oauth2.verify({ ...rest, provider }, tokens);
    },
    close: () => http.close(),
  };
}
