import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { TributaryClient } from './client.ts';
import { sendJson, startTestServer } from './testing-server.ts';

const event = (id: number, data: unknown) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const progress = (id: number, status: string, inserted: number) =>
  event(id, { inserted, updated: 0, deleted: 0, kept: 1, skipped: 2, entities_encountered: { Doc: inserted }, status });
const stream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const client = (url: string) => new TributaryClient({ url, apiKey: 'trib_test' });

test('yields the progress of a job until it has ended', async () => {
  await using server = await startTestServer((_, response) => {
    stream(response).write(`: open\n\n${event(0, { type: 'connected', job_id: 'j' })}`);
    response.write(progress(1, 'running', 3));
    response.write(progress(2, 'completed', 5));
  });
  const seen = await Array.fromAsync(client(server.url).sourceConnections.follow('j'));
  expect(seen.map(({ status, inserted }) => [status, inserted])).toEqual([
    ['running', 3],
    ['completed', 5],
  ]);
  expect(seen[0]).toMatchObject({ kept: 1, failed: 2, encountered: { Doc: 3 }, error: null });
  expect(server.seen[0]).toMatchObject({ url: '/v1/sync/job/j/subscribe' });
});

test('goes on after the last event when the stream breaks', async () => {
  await using server = await startTestServer((_, response, index) => {
    if (index === 0) stream(response).write(progress(7, 'running', 3), () => response.destroy());
    else if (index === 1) sendJson(response, 503, { detail: 'starting' });
    else stream(response).end(progress(8, 'failed', 3));
  });
  const seen = await Array.fromAsync(client(server.url).sourceConnections.follow('j'));
  expect(seen.map(({ status }) => status)).toEqual(['running', 'failed']);
  expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '7', '7']);
});

test('does not ask again for a job that does not exist', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 404, { detail: 'Sync job not found' }),
  );
  await expect(Array.fromAsync(client(server.url).sourceConnections.follow('j'))).rejects.toThrow('Sync job not found');
  expect(server.seen).toHaveLength(1);
});

test('waits until a job has ended, and gives up when told how long', async () => {
  await using server = await startTestServer((_, response, index) =>
    sendJson(response, 200, { id: 'j', status: index < 2 ? 'running' : 'completed' }),
  );
  const { sourceConnections } = client(server.url);
  await expect(sourceConnections.waitForJob('s', 'j', { intervalMs: 5, timeoutMs: 4 })).rejects.toThrow(
    'still running',
  );
  const job = await sourceConnections.waitForJob('s', 'j', { intervalMs: 5 });
  expect(job.status).toBe('completed');
});
