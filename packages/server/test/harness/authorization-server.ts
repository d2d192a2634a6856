import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';

export interface AuthorizationServer {
  /** Its address, which is that of the API too. */
  readonly url: string;
  readonly port: string;
  readonly clients: readonly { readonly id: string; readonly secret: string }[];
  /** Texts of the items that the API has. */
  items: readonly string[];
  /** Tokens of this account are refused by the API, though the server gives them. */
  refused: string | undefined;
  /** It knows no grant any more: every request for tokens is answered with `invalid_grant`. */
  forgetful: boolean;
  /** How often tokens were asked for. */
  readonly tokenRequests: () => number;
  /** How often a grant was taken back. */
  readonly revocations: () => number;
  /** The API knows no token any more that it has seen so far. */
  lapse(): void;
  /** An access token, as if the account had allowed it. */
  issueToken(account: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * A certified authorization server (oidc-provider) that insists on PKCE, with pages for a login and a consent, and an API
 * that wants its tokens: `/me` and `/items?after=`. Its clients may come back to `redirectUri` only. With `rotates`, a refresh token
 * is good once, and its second use takes the whole grant back.
 */
export async function startAuthorizationServer(
  redirectUri: string,
  options: { readonly rotates?: boolean } = {},
): Promise<AuthorizationServer> {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const clients = ['one', 'two'].map((name) => ({ id: `client-${name}`, secret: `canary-secret-of-client-${name}` }));
  const provider = new Provider(url, {
    clients: clients.map(({ id, secret }) => ({
      client_id: id,
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    scopes: ['openid', 'offline_access', 'items'],
    pkce: { required: () => true },
    cookies: { keys: ['key of the test'] },
    ...(options.rotates && { rotateRefreshToken: true }),
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => Promise.resolve({ sub }) }),
    ttl: { AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
  });
  let tokenRequests = 0;
  let revocations = 0;
  const seen = new Set<string>();
  const lapsed = new Set<string>();
  const server = {
    items: ['First item', 'Second item'] as readonly string[],
    refused: undefined as string | undefined,
    forgetful: false,
  };
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    if (ctx.path === '/token') tokenRequests += 1;
    if (ctx.path === '/token/revocation') revocations += 1;
    if (ctx.path === '/token' && server.forgetful) {
      ctx.status = 400;
      ctx.body = { error: 'invalid_grant', error_description: 'grant not found' };
      return undefined;
    }
    return next();
  });
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    if (ctx.path !== '/items' && ctx.path !== '/me') return next();
    const carried = ctx.get('authorization').replace(/^Bearer /, '');
    seen.add(carried);
    const token = lapsed.has(carried) ? undefined : await provider.AccessToken.find(carried);
    const account = token?.accountId;
    if (account === undefined || account === server.refused) {
      ctx.status = 401;
      ctx.body = { error: 'invalid_token' };
      return undefined;
    }
    const after = Number(ctx.query['after'] ?? 0);
    const all = server.items.map((text, at) => ({ id: at + 1, text }));
    ctx.body = ctx.path === '/me' ? { sub: account } : all.filter(({ id }) => id > after);
    return undefined;
  });
  const answer = provider.callback();
  http.on('request', (request, response) => void answer(request, response));
  return Object.assign(server, {
    url,
    port: String(port),
    clients,
    tokenRequests: () => tokenRequests,
    revocations: () => revocations,
    lapse: () => seen.forEach((token) => lapsed.add(token)),
    async issueToken(account: string) {
      const [first] = clients;
      const client = await provider.Client.find(first?.id ?? '');
      if (!client) throw new Error('the client is configured');
      const grant = new provider.Grant({ accountId: account, clientId: client.clientId });
      grant.addOIDCScope('openid items');
      const token = new provider.AccessToken({
        client,
        accountId: account,
        grantId: await grant.save(),
        scope: 'openid items',
      } as never);
      return token.save();
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  });
}
