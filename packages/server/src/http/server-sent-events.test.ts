import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { errors } from '../errors.ts';
import { systemClock } from '../lib/clock.ts';
import { presentError } from './problem.ts';
import { routeGroup } from './route-group.ts';
import { routeFor, type ServerEvent } from './route.ts';
import { createHttpServer, type HttpServer } from './server.ts';

type Events = () => AsyncIterable<ServerEvent>;

const watch = routeFor<Events>()({
  method: 'GET',
  path: '/watch',
  operationId: 'watch',
  summary: 'Events',
  tag: 'events',
  access: 'public',
  returns: { 200: 'event-stream' },
  errors: [],
  handler: ({ services: events }) => events(),
});

const running: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Serves the events; gives the address. */
function serve(events: Events, heartbeatMs = 60_000): Promise<string> {
  const server = createHttpServer({
    groups: [routeGroup<Events>({ title: 'Events', prefix: '', routes: [watch], services: events, presentError })],
    authenticator: { authenticate: async () => Promise.reject(errors.unauthenticated({ reason: 'missing' })) },
    log: pino({ level: 'silent' }),
    clock: systemClock,
    config: { rateLimitPerMinute: 0, publicUrl: undefined, corsOrigins: [] },
    heartbeatMs,
  });
  running.push(server);
  return server.listen({ host: '127.0.0.1', port: 0 });
}

describe('an event stream', () => {
  it('sends events with ids, and ends when its source ends', async () => {
    async function* events() {
      yield { id: '1', event: 'progress', data: { done: 1 } };
      yield { data: 'two\nlines' };
    }
    const url = await serve(events);
    const response = await fetch(`${url}/watch`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toBe(': open\n\nid: 1\nevent: progress\ndata: {"done":1}\n\ndata: "two\\nlines"\n\n');
  });

  it('sends comments while nothing happens, and stops its source when the caller goes away', async () => {
    let stopped = false;
    const events = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: async () => {
          stopped = true;
          return { done: true as const, value: undefined };
        },
      }),
    });
    const url = await serve(events, 5);
    const caller = new AbortController();
    const response = await fetch(`${url}/watch`, { signal: caller.signal });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
      text += chunk;
      if (text.includes('still here')) break;
    }
    caller.abort();
    await expect.poll(() => stopped).toBe(true);
  });

  it('tells a failure in an event, without what was not foreseen', async () => {
    async function* events() {
      yield { data: 1 };
      throw new Error('hunter2');
    }
    const text = await (await fetch(`${await serve(events)}/watch`)).text();
    expect(text).toContain('event: error\ndata: {"error":{"code":"internal"');
    expect(text).not.toContain('hunter2');
  });

  it('takes no more from its source than the reader reads', async () => {
    let made = 0;
    async function* events() {
      for (; made < 100_000; made += 1) yield { data: 'x'.repeat(1000) };
    }
    const url = new URL(await serve(events));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET /watch HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'readable');
    // Nothing is read from here on: the source must come to rest far from its end.
    let before = -1;
    await expect.poll(() => [before, (before = made)], { interval: 100 }).toSatisfy(([a, b]: number[]) => a === b);
    socket.destroy();
    expect(made).toBeLessThan(50_000);
  });
});
