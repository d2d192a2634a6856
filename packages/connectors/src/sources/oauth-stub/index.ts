import { z } from 'zod';
import type { CredentialsOf } from '../../kit/auth.ts';
import { direct, granted, oauth } from '../../kit/auth.ts';
import { bearer } from '../../kit/authorization.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { secret } from '../../kit/fields.ts';
import type { HttpResponse } from '../../kit/http-client.ts';
import { testProvider } from './provider.ts';

const Config = z.object({
  base_url: z
    .url({ protocol: /^https?$/ })
    .meta({ title: 'Address of the API', description: 'It has /me and /items, and wants a bearer token.' }),
  authorization_port: z
    .string()
    .default('9000')
    .meta({ title: 'Port of the authorization server', description: 'On this machine.' }),
});

const auth = [
  oauth(testProvider, { scopes: ['items'] }),
  direct(z.object({ access_token: secret({ title: 'Access token' }) })),
  granted(
    z.object({
      client_id: z.string().meta({ title: 'Client id' }),
      client_secret: secret({ title: 'Client secret' }),
      port: z.string().meta({ title: 'Port of the token endpoint', description: 'On this machine.' }),
    }),
    { type: 'client_credentials', tokenUrl: 'http://127.0.0.1:{port}/token', scopes: ['items'] },
  ),
] as const;

type Context = ConnectorContext<z.output<typeof Config>, CredentialsOf<typeof auth>>;

const Account = z.object({ sub: z.string() });
const Item = z.object({ id: z.int(), text: z.string() });
const Position = z.object({ after: z.int() });

function ask({ config, credentials, http }: Context, path: string): Promise<HttpResponse> {
  return http.request({
    url: `${config.base_url.replace(/\/+$/, '')}${path}`,
    ...('authorization' in credentials
      ? { authorization: credentials.authorization }
      : { headers: { authorization: bearer(credentials.access_token) } }),
  });
}

/** Reads from an API that wants a bearer token, which a local authorization server gives. For tests of authentication. */
export const oauthStub = defineConnector(
  {
    id: 'oauth_stub',
    title: 'OAuth Stub',
    description: 'Reads items from an API that wants a token of a local authorization server, for tests.',
    labels: ['Internal', 'Testing'],
    internal: true,
    auth,
    config: Config,
    endpoint: ['base_url', 'authorization_port'],
    limits: { requestsPerMinute: 60_000, concurrency: 1 },
    continuous: { everySeconds: 60, onRequest: true },
    async check(ctx) {
      const account = Account.safeParse((await ask(ctx, '/me')).json());
      if (!account.success) throw new ConnectorError('invalid_answer', 'The API did not say whose token it is.');
      return { account: account.data.sub };
    },
  },
  (stream) => ({
    items: stream({
      title: 'Items',
      row: Item,
      cursor: Position,
      primaryKey: ['id'],
      incremental: true,
      key: (row) => String(row.id),
      text: (row) => row.text,
      async *read(ctx, since) {
        let after = since?.after ?? 0;
        for (;;) {
          const answer = await ask(ctx, `/items?after=${after}`);
          const items = z.array(Item).safeParse(answer.json());
          if (!items.success) throw new ConnectorError('invalid_answer', 'The API did not give a list of items.');
          const last = items.data.at(-1);
          if (!last) return;
          after = last.id;
          yield { upserts: items.data, cursor: { after } };
        }
      },
    }),
  }),
);
