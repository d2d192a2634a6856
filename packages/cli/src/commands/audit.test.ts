import { sendJson, startTestServer } from '@tributary/sdk/testing-server';
import { expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

const whole = {
  whole: true,
  events: 3,
  firstSequence: 5,
  lastSequence: 7,
  hash: 'abc123',
  unchained: 0,
  breaks: [],
};

async function run(found: object, args: readonly string[] = [], query = '') {
  await using server = await startTestServer(({ method, url }, response) =>
    sendJson(response, `${method} ${url}` === `GET /tributary/v1/audit/verify${query}` ? 200 : 404, found),
  );
  const terminal = testTerminal({ env: { TRIBUTARY_URL: server.url, TRIBUTARY_API_KEY: 'trib_test' } });
  const exitCode = await runCli(['audit', 'verify', ...args], terminal);
  return { exitCode, ...terminal.written };
}

test('F1-16 says that the audit log is whole, and the hash to note', async () => {
  const { exitCode, out, err } = await run(whole);
  expect([exitCode, err]).toEqual([0, '']);
  expect(out).toMatch(/log +whole/);
  expect(out).toMatch(/sequence +5 to 7/);
  expect(out).toContain('abc123');
});

test('F1-16 says where the audit log is not whole, and fails', async () => {
  const breaks = [{ sequence: 6, eventId: 'e6', reason: 'altered' }];
  const { exitCode, out, err } = await run({ ...whole, whole: false, breaks });
  expect(exitCode).toBe(1);
  expect(out).toMatch(/6 +e6 +it is not as it was written/);
  expect(err).toContain('changed behind');
  const json = await run({ ...whole, whole: false, breaks }, ['--json']);
  expect(JSON.parse(json.out)).toMatchObject({ whole: false, breaks });
  expect(json.exitCode).toBe(1);
});

test('F1-16 asks whether an event that was noted is still in the log', async () => {
  const hash = 'a'.repeat(64);
  const query = `?sequence=6&hash=${hash}`;
  expect((await run(whole, ['--noted', `6:${hash}`], query)).exitCode).toBe(0);
  expect(await run(whole, ['--noted', 'abc'])).toMatchObject({ exitCode: 2, out: '' });
});
