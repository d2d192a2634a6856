import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A paged API on loopback, in a process of its own: `GET /items?page=N` answers `{items, next}`; started by the bench with
 * the number of pages and of records a page. Writes its port and goes on until its input ends.
 */
const [pages = 1, perPage = 1] = process.argv.slice(2).map(Number);

const bodyOf = (page: number): string =>
  JSON.stringify({
    items: Array.from({ length: perPage }, (_, at) => {
      const id = (page - 1) * perPage + at;
      return {
        id,
        title: `Item ${id}`,
        state: id % 3 === 0 ? 'open' : 'closed',
        updated_at: new Date(Date.UTC(2026, 0, 1) + id * 1_000).toISOString().replace('.000Z', 'Z'),
        author: { login: `user-${id % 97}`, id: id % 97 },
        labels: ['one', 'two', `label-${id % 11}`],
        body: 'The lighthouse keeper writes down what passes, and when. '.repeat(12),
      };
    }),
    next: page < pages ? page + 1 : null,
  });
// Made once, so that the source is never what is measured.
const bodies = Array.from({ length: pages }, (_, at) => Buffer.from(bodyOf(at + 1)));

const server = createServer((request, response) => {
  const page = Number(new URL(request.url ?? '/', 'http://source').searchParams.get('page') ?? '1');
  const body = bodies[page - 1];
  if (!body) return void response.writeHead(404).end('{}');
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().once('end', () => process.exit(0));
