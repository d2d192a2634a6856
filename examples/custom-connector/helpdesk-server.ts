import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export const API_TOKEN = 'canary-token-5f0e';

const PAGE = 2;
const tickets = Array.from({ length: 5 }, (_, index) => ({
  id: index + 1,
  subject: `Ticket ${index + 1}`,
  body: 'The printer is on fire.',
  status: index % 2 === 0 ? 'open' : 'closed',
  changed_at: new Date(Date.UTC(2026, 0, index + 1)).toISOString(),
}));
const articles = ['setup', 'billing', 'printers'].map((slug) => ({
  slug,
  title: `About ${slug}`,
  html: `<p>All about ${slug}.</p>`,
}));

function answer(request: IncomingMessage): object | undefined {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://helpdesk');
  if (pathname === '/api/me') return { email: 'reader@example.com' };
  if (pathname === '/api/tickets') {
    const from = Number(searchParams.get('since') || 0);
    const end = Math.min(from + PAGE, tickets.length);
    return { tickets: tickets.slice(from, end), deleted: [], token: String(end), more: end < tickets.length };
  }
  if (pathname !== '/api/articles') return undefined;
  const page = Number(searchParams.get('page'));
  const more = page * PAGE < articles.length;
  return { articles: articles.slice((page - 1) * PAGE, page * PAGE), next_page: more ? page + 1 : null };
}

/** Plays the help desk's API on a free loopback port. */
export async function startHelpdesk(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const allowed = request.headers.authorization === `Bearer ${API_TOKEN}`;
    const body = allowed ? answer(request) : undefined;
    response.writeHead(allowed ? (body ? 200 : 404) : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => void server.close() };
}
