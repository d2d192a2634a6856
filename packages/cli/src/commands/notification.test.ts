import { sendJson, startTestServer } from '@tributary/sdk/testing-server';
import { expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

const rule = {
  id: 'r1',
  name: 'Mail me',
  events: ['sync.failed', 'sweep.held'],
  connection: 'office-mail',
  connectionId: 'c1',
  environment: 'production',
  enabled: true,
  sourceConnections: null,
  minSeverity: 'info',
  lastSentAt: null,
  lastError: 'Nobody listens there.',
  lastErrorAt: '2026-11-01T00:00:00.000Z',
};

async function run(answer: unknown, args: readonly string[]) {
  await using server = await startTestServer((_, response) => sendJson(response, 200, answer));
  const terminal = testTerminal({ env: { TRIBUTARY_URL: server.url, TRIBUTARY_API_KEY: 'trib_test' } });
  const exitCode = await runCli(['notification', ...args], terminal);
  const [seen] = server.seen;
  return { exitCode, ...terminal.written, call: `${seen?.method} ${seen?.url}`, body: seen?.body };
}

const rules = '/tributary/v1/projects/default/notification-rules';

test('lists rules, and says which fail and why', async () => {
  const { exitCode, out, call } = await run([rule, { ...rule, id: 'r2', enabled: false }], ['rule', 'list']);
  expect([exitCode, call]).toEqual([0, `GET ${rules}`]);
  expect(out).toMatch(
    /r1 +Mail me +office-mail \(production\) +failing: Nobody listens there\. +sync\.failed, sweep\.held/,
  );
  expect(out).toMatch(/r2 .* off /);
  expect((await run([], ['rule', 'list', '--project', 'billing'])).out).toMatch(/^No rules yet/);
});

test('makes a rule of what was given', async () => {
  const args = ['rule', 'create', 'Mail me', '--connection', 'office-mail', '--event', 'sync.failed'];
  const made = await run(rule, [...args, '--event', 'sweep.held', '--source-connection', 's1', '--project', 'billing']);
  expect([made.exitCode, made.call]).toEqual([0, 'POST /tributary/v1/projects/billing/notification-rules']);
  expect(made.body).toEqual({
    name: 'Mail me',
    events: ['sync.failed', 'sweep.held'],
    connection: 'office-mail',
    environment: 'production',
    minSeverity: 'info',
    sourceConnections: ['s1'],
  });
  expect(made.out).toMatch(/last error +Nobody listens there\./);
  expect((await run(rule, ['rule', 'create', 'Mail me', '--connection', 'x'])).exitCode).toBe(2);
});

test('deletes and tests a rule; a test that does not go out fails', async () => {
  expect(await run(rule, ['rule', 'delete', 'r1'])).toMatchObject({ exitCode: 0, call: `DELETE ${rules}/r1` });
  const sent = await run({ outcome: 'sent', message: 'The far end has taken it.' }, ['rule', 'test', 'r1']);
  expect(sent).toMatchObject({ exitCode: 0, call: `POST ${rules}/r1/test` });
  const failed = await run({ outcome: 'failed', message: 'Nobody listens there.' }, ['rule', 'test', 'r1']);
  expect([failed.exitCode, failed.out]).toEqual([1, 'failed: Nobody listens there.\n']);
});

test('lists notifications with their state', async () => {
  const one = { createdAt: '2026-11-01T00:00:00.000Z', state: 'failed', attempts: 3, rule: 'Mail me' };
  const items = [{ ...one, title: 'The sync of Orders failed', reason: 'Nobody listens there.' }];
  const { out, call } = await run({ items, next: null }, ['list', '--state', 'failed', '--rule', 'r1']);
  expect(call).toMatch(/^GET \/tributary\/v1\/projects\/default\/notifications\?(?=.*state=failed)(?=.*rule=r1)/);
  expect(out).toMatch(/failed +3 +Mail me +The sync of Orders failed +Nobody listens there\./);
  expect((await run({ items: [], next: null }, ['list'])).out).toBe('No notifications.\n');
});
