import { direct } from '@tributary/connectors/kit/auth';
import { bearer } from '@tributary/connectors/kit/authorization';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { secret } from '@tributary/connectors/kit/fields';
import { z } from 'zod';

const Ticket = z.object({
  id: z.int(),
  subject: z.string(),
  body: z.string(),
  status: z.enum(['open', 'closed']),
  changed_at: z.iso.datetime(),
});

const TicketChanges = z.object({
  tickets: z.array(Ticket),
  deleted: z.array(z.int()),
  /** Where the next read goes on; it stays good for ever. */
  token: z.string(),
  more: z.boolean(),
});

const Article = z.object({ slug: z.string(), title: z.string(), html: z.string() });
const Articles = z.object({ articles: z.array(Article), next_page: z.int().nullable() });

/** A made-up help desk: tickets that tell what changed, and articles that have to be listed. */
export const helpdesk = defineConnector(
  {
    id: 'helpdesk',
    title: 'Help desk',
    description: 'Tickets and articles of a help desk.',
    auth: [direct(z.object({ api_token: secret({ title: 'API token' }) }))],
    config: z.object({ base_url: z.url().default('https://helpdesk.example.com').meta({ title: 'Address' }) }),
    endpoint: ['base_url'],
    limits: { requestsPerMinute: 300, concurrency: 2 },
    async check({ http, config, credentials }) {
      const answer = await http.request({
        url: new URL('/api/me', config.base_url),
        headers: { authorization: bearer(credentials.api_token) },
      });
      return { account: z.object({ email: z.string() }).parse(answer.json()).email };
    },
  },
  (stream) => ({
    tickets: stream({
      title: 'Tickets',
      row: Ticket,
      cursor: z.object({ token: z.string() }),
      incremental: true,
      key: (ticket) => String(ticket.id),
      text: (ticket) => `${ticket.subject}\n${ticket.body}`,
      describe: (ticket) => ({ name: ticket.subject, updatedAt: Date.parse(ticket.changed_at) }),
      async *read({ http, config, credentials }, since) {
        let { token } = since ?? { token: '' };
        for (let more = true; more;) {
          const answer = await http.request({
            url: new URL('/api/tickets', config.base_url),
            query: { since: token },
            headers: { authorization: bearer(credentials.api_token) },
          });
          const page = TicketChanges.parse(answer.json());
          ({ token, more } = page);
          yield { upserts: page.tickets, deletes: page.deleted.map(String), cursor: { token } };
        }
      },
    }),

    articles: stream({
      title: 'Articles',
      row: Article,
      key: (article) => article.slug,
      text: (article) => `${article.title}\n${article.html.replace(/<[^>]*>/g, ' ')}`,
      describe: (article) => ({ name: article.title, url: `https://helpdesk.example.com/articles/${article.slug}` }),
      async *read({ http, config, credentials }) {
        for (let page: number | null = 1; page !== null;) {
          const answer = await http.request({
            url: new URL('/api/articles', config.base_url),
            query: { page },
            headers: { authorization: bearer(credentials.api_token) },
          });
          const listed = Articles.parse(answer.json());
          yield { upserts: listed.articles };
          page = listed.next_page;
        }
      },
    }),
  }),
);
