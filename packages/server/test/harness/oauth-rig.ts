import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';
import { startTestService, type Answer, type TestService } from './service.ts';
import { Visitor } from './visitor.ts';

export interface OAuthRig {
  readonly t: TestService;
  readonly server: AuthorizationServer;
  readonly collection: string;
  /** Creates an `oauth_stub` source connection. */
  create(body?: object, options?: { readonly face?: string; readonly key?: string }): Promise<Answer>;
  /** Follows a link to its end in a new browser, or in the one given; allows everything. */
  allow(authUrl: string, visitor?: Visitor): Promise<URL>;
  stop(): Promise<void>;
}

/** Where the browser ends; nothing listens there, and nobody goes. */
export const APP = 'https://app.example.com/connected';

export const ownClient = (server: AuthorizationServer, at = 0): { client_id: string; client_secret: string } => {
  const { id = '', secret = '' } = server.clients[at] ?? {};
  return { client_id: id, client_secret: secret };
};

/** The whole service beside a certified authorization server on this machine. */
export async function startOAuthRig(env: Readonly<Record<string, string>> = {}): Promise<OAuthRig> {
  const t = await startTestService({ TRIBUTARY_REDIRECT_URLS: 'https://app.example.com', ...env });
  const server = await startAuthorizationServer(`${t.url}/source-connections/callback`);
  const collection = await t.newCollection();
  return {
    t,
    server,
    collection,
    create: (body = {}, { face = '/v1', key = t.key } = {}) =>
      t.api(
        'POST',
        `${face}/source-connections`,
        {
          short_name: 'oauth_stub',
          readable_collection_id: collection,
          config: { base_url: server.url, authorization_port: server.port },
          authentication: ownClient(server),
          redirect_url: APP,
          ...body,
        },
        { key },
      ),
    async allow(authUrl, visitor = new Visitor()) {
      return new URL(await visitor.follow(authUrl, (url) => url.startsWith('https://app.example.com/')));
    },
    async stop() {
      await t.stop();
      await server.close();
    },
  };
}
