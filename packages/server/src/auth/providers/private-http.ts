import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { HttpClient, HttpRequest } from '@tributary/connectors/kit/http-client';
import { createNetworkGuard, type Lookup } from '@tributary/connectors/kit/network-guard';
import { OutsideError } from './outside-error.ts';

/**
 * Keys and credentials must not cross the internet in the clear: `http:` is good for private addresses only, which the guard
 * of `client` then allows or refuses. Throws `OutsideError('configuration')`.
 */
export function refusingPlainHttp(client: HttpClient, lookup: Lookup | undefined): HttpClient {
  const strict = createNetworkGuard({ allow: [] }, lookup && { lookup });
  const isPublic = (url: URL): Promise<boolean> =>
    strict.resolve(url.hostname.replace(/^\[(.*)\]$/, '$1')).then(
      () => true,
      (error: unknown) => {
        // A name that does not resolve is the client's to tell of.
        if (error instanceof ConnectorError) return false;
        throw error;
      },
    );
  const check = async (request: HttpRequest): Promise<HttpRequest> => {
    const url = new URL(request.url);
    if (url.protocol === 'http:' && (await isPublic(url))) {
      throw new OutsideError('configuration', `http://${url.host} is not encrypted; use https: there.`);
    }
    return request;
  };
  return {
    request: async (request) => client.request(await check(request)),
    open: async (request) => client.open(await check(request)),
  };
}
