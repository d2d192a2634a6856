import { expect, test } from 'vitest';
import { TributaryClient } from './client.ts';
import { sendJson, startTestServer } from './testing-server.ts';

test('calls what manages rules below their project', async () => {
  await using server = await startTestServer((_, response) => sendJson(response, 200, { id: 'r1' }));
  const { notifications } = new TributaryClient({ url: server.url, apiKey: 'trib_test' });
  const input = { name: 'Mail me', events: ['sync.failed'], connection: 'office-mail' } as const;
  await notifications.listRules('my project');
  await notifications.createRule('default', input);
  await notifications.getRule('default', 'r1');
  await notifications.updateRule('default', 'r1', { enabled: false });
  await notifications.testRule('default', 'r1');
  await notifications.deleteRule('default', 'r1');
  const rules = '/tributary/v1/projects/default/notification-rules';
  expect(server.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', '/tributary/v1/projects/my%20project/notification-rules', undefined],
    ['POST', rules, input],
    ['GET', `${rules}/r1`, undefined],
    ['PATCH', `${rules}/r1`, { enabled: false }],
    ['POST', `${rules}/r1/test`, undefined],
    ['DELETE', `${rules}/r1`, undefined],
  ]);
  expect(server.seen[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
});

test('lists all notifications from page to page, with the filter on every page', async () => {
  await using server = await startTestServer(({ url }, response) => {
    const after = new URL(url, 'http://x').searchParams.get('after');
    sendJson(
      response,
      200,
      after ? { items: [{ id: 'c' }], next: null } : { items: [{ id: 'a' }, { id: 'b' }], next: 'x&y' },
    );
  });
  const { notifications } = new TributaryClient({ url: server.url, apiKey: 'trib_test' });
  const found = await Array.fromAsync(notifications.list('default', { state: 'failed', pageSize: 2 }));
  expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(server.seen.map(({ url }) => url)).toEqual([
    '/tributary/v1/projects/default/notifications?state=failed&limit=2',
    '/tributary/v1/projects/default/notifications?state=failed&limit=2&after=x%26y',
  ]);
});
