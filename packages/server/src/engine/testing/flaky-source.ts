import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { none } from '@tributary/connectors/kit/auth';
import type { Connector } from '@tributary/connectors/kit/connector';
import { defineConnector } from '@tributary/connectors/kit/define-connector';

/** What the source says of a record at one place of its log. */
export interface Change {
  readonly id: string;
  readonly text?: string;
  readonly deleted?: boolean;
}

/** Answers a request instead of the source, or gives `false` and lets it answer. */
export type Fault = (response: ServerResponse, request: number) => boolean;

const PAGE = 50;
const Answer = z.object({
  changes: z.array(z.object({ id: z.string(), text: z.string().optional(), deleted: z.boolean().optional() })),
  next: z.number(),
  more: z.boolean(),
});

/** A source over HTTP that tells its changes in pages of fifty, and can be made to misbehave. */
export class FlakySource {
  readonly log: Change[] = [];
  fault: Fault = () => false;
  requests = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.requests += 1;
      if (this.fault(response, this.requests)) return;
      const since = Number(new URL(request.url ?? '/', 'http://source').searchParams.get('since'));
      response.setHeader('content-type', 'application/json').end(this.page(since));
    });
  }

  /** The page behind a place of the log, as JSON. */
  page(since: number): string {
    const changes = this.log.slice(since, since + PAGE);
    const next = since + changes.length;
    return JSON.stringify({ changes, next, more: next < this.log.length });
  }

  /** What a collection has to hold once it equals the source. */
  truth(): Record<string, { id: string; text: string }> {
    const rows = new Map<string, { id: string; text: string }>();
    for (const { id, text = '', deleted } of this.log) {
      if (deleted === true) rows.delete(id);
      else rows.set(id, { id, text });
    }
    return Object.fromEntries([...rows].map(([id, row]) => [`changes/${id}`, row] as const));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  sockets(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  connector(): Connector {
    const { port } = this.#server.address() as AddressInfo;
    return defineConnector(
      {
        id: 'flaky',
        title: 'Flaky',
        description: 'A source of a test.',
        auth: [none],
        config: z.object({}),
        limits: { requestsPerMinute: 60_000, concurrency: 1 },
        check: () => Promise.resolve({ account: 'test' }),
      },
      (stream) => ({
        changes: stream({
          title: 'Changes',
          row: z.object({ id: z.string(), text: z.string() }),
          cursor: z.number(),
          incremental: true,
          key: (row) => row.id,
          async *read({ http }, since = 0) {
            for (let at = since, more = true; more;) {
              const answer = await http.request({ url: `http://127.0.0.1:${port}/changes`, query: { since: at } });
              const page = Answer.parse(answer.json());
              ({ next: at, more } = page);
              yield {
                upserts: page.changes.flatMap(({ id, text = '', deleted }) => (deleted === true ? [] : [{ id, text }])),
                deletes: page.changes.flatMap(({ id, deleted }) => (deleted === true ? [id] : [])),
                cursor: at,
              };
            }
          },
        }),
      }),
    );
  }
}
