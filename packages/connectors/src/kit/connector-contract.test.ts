import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { direct } from './auth.ts';
import { bearer } from './authorization.ts';
import { describeConnector } from './connector-contract.ts';
import { defineConnector } from './define-connector.ts';
import { secret } from './fields.ts';

const PAGES = 4;
const PAGE_SIZE = 25;
const TOKEN = 'canary-token-91b7';

const Item = z.object({ id: z.number(), name: z.string() });
const Answer = z.object({ items: z.array(Item), next: z.number().nullable() });

/** The smallest connector that speaks HTTP; its host exists nowhere, so every request must go where the contract sends it. */
const catalogue = defineConnector(
  {
    id: 'catalogue',
    title: 'Catalogue',
    description: 'A paged API.',
    auth: [direct(z.object({ token: secret({ title: 'Token' }) }))],
    config: z.object({ base_url: z.string().default('https://api.catalogue.invalid') }),
    endpoint: ['base_url'],
    limits: { requestsPerMinute: 6_000, concurrency: 2 },
    async check({ http, config, credentials }) {
      await http.request({ url: config.base_url, headers: { authorization: bearer(credentials.token) } });
      return { account: 'catalogue' };
    },
  },
  (stream) => ({
    items: stream({
      title: 'Items',
      row: Item,
      cursor: z.object({ page: z.number() }),
      key: (row) => String(row.id),
      async *read({ http, config, credentials }, since) {
        for (let page: number | null = since?.page ?? 0; page !== null;) {
          const answer = await http.request({
            url: config.base_url,
            query: { page },
            headers: { authorization: bearer(credentials.token) },
          });
          const { items, next } = Answer.parse(answer.json());
          yield { upserts: items, ...(next !== null && { cursor: { page: next } }) };
          page = next;
        }
      },
    }),
  }),
);

let server: Server;

describeConnector(catalogue, {
  http: { hosts: ['api.catalogue.invalid'] },
  async prepare() {
    server = createServer((request, response) => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
      const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page') ?? 0);
      const items = Array.from({ length: PAGE_SIZE }, (_, at) => ({ id: page * PAGE_SIZE + at, name: `item ${at}` }));
      response.end(JSON.stringify({ items, next: page + 1 < PAGES ? page + 1 : null }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { config: {}, credentials: { token: TOKEN }, upstream: `http://127.0.0.1:${port}` };
  },
  cleanup: () => void server.close(),
});
