import type { ServerResponse } from 'node:http';
import { sendJson, startTestServer, type SeenRequest } from '@tributary/sdk/testing-server';
import { expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

const properties = { host: {}, port: {}, auth: {}, username: {}, password: {} };
const email = { id: 'email', secretFields: ['password'], keyMaterialFields: [], fields: { properties } };
const alerts = { type: 'email', name: 'alerts', description: null, deployToWorker: true, enabled: true };
const stored = { ...alerts, host: 'smtp.example.com', port: 587, password: null };
const deployed = (success: boolean) => ({
  success: true,
  deploymentResult: {
    success,
    deploymentResults: [
      { environmentName: 'production', success, message: success ? 'Deployment successful' : 'lost' },
    ],
  },
});

interface Run {
  readonly input?: string;
  readonly success?: boolean;
}

async function run(args: readonly string[], { input = '', success = true }: Run = {}) {
  const connection = '/apiops/projects/web/connections/alerts';
  function answer({ method, url }: SeenRequest, response: ServerResponse): void {
    const bodies: Record<string, unknown> = {
      'GET /tributary/v1/connection-types': [email],
      'GET /tributary/v1/connection-types/email': email,
      'GET /apiops/projects/web/connections?type=email': { resultList: [stored] },
      [`GET ${connection}`]: { resultList: [stored] },
      [`POST ${connection}`]: deployed(success),
      [`PUT ${connection}`]: deployed(success),
      [`DELETE ${connection}`]: { success: true },
      [`POST ${connection}/test-connection`]: { deploymentResult: { success, detail: 'It answers' } },
      'POST /tributary/v1/source-connections': { id: '6f1c' },
      'GET /v1/source-connections/6f1c/jobs?limit=1': [],
      'POST /tributary/v1/projects/web/connections/alerts/deploy': {
        results: deployed(success).deploymentResult.deploymentResults,
      },
    };
    const body = bodies[`${method} ${url}`];
    if (body === undefined)
      sendJson(response, 400, { error: 'bad_request', error_description: 'Connection was not found!' });
    else sendJson(response, 200, body);
  }
  await using server = await startTestServer(answer);
  const terminal = testTerminal({
    env: { TRIBUTARY_URL: server.url, TRIBUTARY_API_KEY: 'trib_test' },
    input,
  });
  const exitCode = await runCli(['connections', ...args, '--project', 'web'], terminal);
  return { exitCode, ...terminal.written, sent: server.seen.findLast(({ body }) => body !== undefined)?.body };
}

test('makes a connection of fields from the command line and a secret that is typed in', async () => {
  const sets = ['--set', 'host=smtp.example.com', '--set', 'port=465', '--set', 'auth=true', '--set', 'username=007'];
  const made = await run(['create', 'email', 'alerts', ...sets, '--secret', 'password'], { input: '12345\n' });
  expect([made.exitCode, made.err]).toEqual([0, '']);
  expect(made.out).toContain('Deployment successful');
  expect(made.sent).toEqual({
    type: 'email',
    deployToWorker: true,
    host: 'smtp.example.com',
    port: 465,
    auth: true,
    username: '007',
    password: '12345',
  });
});

test('takes no secret from the command line, and names fields that there are not', async () => {
  const secret = await run(['create', 'email', 'alerts', '--set', 'password=canary']);
  expect(secret).toMatchObject({ exitCode: 2, out: '' });
  expect(secret.err).toContain('--secret password');
  expect(secret.err).not.toContain('canary');
  expect((await run(['create', 'email', 'alerts', '--set', 'hots=x'])).err).toContain('host, port');
  expect((await run(['create', 'email', 'alerts', '--secret', 'host'])).exitCode).toBe(2);
  expect((await run(['create', 'email', 'alerts', '--secret', 'password'])).exitCode).toBe(2);
});

test('changes the named fields and keeps the others, by a full replacement', async () => {
  const args = ['update', 'alerts', '--set', 'port=25', '--rename', 'mail', '--disabled', '--no-deploy'];
  const { exitCode, sent } = await run(args);
  expect(exitCode).toBe(0);
  expect(sent).toEqual({ ...stored, port: 25, name: 'mail', enabled: false, deployToWorker: false });
});

test('reads through a connection, with options that are JSON or text', async () => {
  const options = ['--option', 'tables=["a","b"]', '--option', 'mode=cursor', '--schedule', 'none', '--no-sync'];
  const { exitCode, out, sent } = await run(['read', 'alerts', '--collection', 'crm', ...options]);
  expect(exitCode).toBe(0);
  expect(out).toContain('6f1c reads alerts into crm');
  expect(sent).toEqual({
    connection: 'alerts',
    project: 'web',
    collection: 'crm',
    options: { tables: ['a', 'b'], mode: 'cursor' },
    schedule: { cron: null },
    syncImmediately: false,
  });
  expect((await run(['read', 'alerts', '--collection', 'crm', '--option', '=5'])).exitCode).toBe(2);
});

test('fails when an environment does not have the change', async () => {
  const { exitCode, out, err } = await run(['update', 'alerts'], { success: false });
  expect(exitCode).toBe(1);
  expect(out).toMatch(/production +lost/);
  expect(err).toContain('stored');
  expect((await run(['deploy', 'alerts'], { success: false })).exitCode).toBe(1);
});

test('lists, shows, tests, deploys and deletes', async () => {
  expect((await run(['list'])).out).toMatch(/alerts +email +yes/);
  expect((await run(['show', 'alerts'])).out).toMatch(/host +smtp.example.com/);
  expect(await run(['test', 'alerts'])).toMatchObject({ exitCode: 0, out: 'It answers\n' });
  expect((await run(['test', 'alerts'], { success: false })).exitCode).toBe(1);
  expect((await run(['deploy', 'alerts'])).exitCode).toBe(0);
  expect((await run(['delete', 'alerts'])).out).toContain('deleted');
  expect(await run(['show', 'nobody'])).toMatchObject({ exitCode: 7 });
  expect((await run(['show', 'nobody'])).err).toContain('Connection was not found!');
});
