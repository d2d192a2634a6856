import { expect, test } from 'vitest';
import { startReading } from '../../kit/contract-reading.ts';
import { startWebServer } from '../../testing/web-server.ts';
import { googleCalendar } from './index.ts';

const NOW = Date.now();
const daysAgo = (days: number): string => `${new Date(NOW - days * 86_400_000).toISOString().slice(0, 19)}Z`;

/** The addresses that are asked for events by a job that goes on from a state of so many days ago. */
async function asked(days: number): Promise<readonly URLSearchParams[]> {
  const server = await startWebServer();
  const events: URLSearchParams[] = [];
  server.otherwise((path) => {
    const url = new URL(path, server.origin);
    if (url.pathname.endsWith('/events')) events.push(url.searchParams);
    const items = url.pathname.endsWith('/calendarList') ? [{ id: 'a', summary: 'A' }] : [];
    return { body: JSON.stringify({ items }) };
  });
  const reading = startReading(googleCalendar, { config: {}, credentials: { access_token: 't' } }, server.origin);
  const stream = (await googleCalendar.discover(reading.ctx)).find(({ name }) => name === 'events')!;
  await Array.fromAsync(stream.read(stream.parseCursor({ updated: daysAgo(days) })));
  await reading.close();
  await server.close();
  return events;
}

test('asks for what changed since the last run', async () => {
  expect((await asked(3)).map((query) => query.get('updatedMin'))).toEqual([daysAgo(3)]);
});

test('reads everything again when the last run is too long ago for Google', async () => {
  expect((await asked(40)).map((query) => query.get('updatedMin'))).toEqual([null]);
});
