import type { ServerResponse } from 'node:http';
import { sendJson, startTestServer, type SeenRequest } from '@tributary/sdk/testing-server';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { testTerminal } from './testing-terminal.ts';

const files = {
  name: 'Files',
  short_name: 'files',
  config_fields: {
    fields: [
      { name: 'path', title: 'Folder', type: 'string', required: true },
      { name: 'include', title: 'Include', type: 'array', items_type: 'string' },
      { name: 'max_file_bytes', title: 'Largest file', type: 'number' },
    ],
  },
  auth_fields: null,
};
const job = {
  id: 'j',
  source_connection_id: 's',
  status: 'completed',
  started_at: null,
  duration_seconds: 1.5,
  entities_inserted: 3,
  entities_updated: 0,
  entities_deleted: 0,
  entities_failed: 0,
  error: null as string | null,
};
const connection = {
  id: 's',
  name: 'Notes folder',
  short_name: 'files',
  readable_collection_id: 'notes',
  status: 'SYNCING',
  auth: {},
  config: { path: '/srv', include: ['**'] },
  schedule: null,
  entities: { total_entities: 3, by_type: {} },
  sync: { last_job: job },
};
const progress =
  'data: {"type":"connected","job_id":"j"}\n\nid: 1\ndata: {"status":"completed","inserted":3,"kept":2}\n\n';

/** Answers of a service that has one source and one source connection. */
function answer({ method, url }: SeenRequest, response: ServerResponse): void {
  const key = `${method} ${url.replace(/\?.*/, '')}`;
  const bodies: Record<string, unknown> = {
    'GET /v1/sources/files': files,
    'POST /v1/source-connections': connection,
    'GET /v1/source-connections/s': connection,
    'PATCH /v1/source-connections/s': connection,
    'GET /v1/source-connections/s/jobs/j': job,
    'GET /v1/source-connections/s/jobs': [job],
    'POST /v1/source-connections/s/run': { ...job, status: 'pending' },
    'GET /v1/collections': [{ id: '1', readable_id: 'notes', name: 'Notes', status: 'ACTIVE' }],
  };
  if (url.endsWith('/subscribe')) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(progress);
  else if (bodies[key] !== undefined) sendJson(response, 200, bodies[key]);
  else sendJson(response, 404, { detail: 'Collection not found' }, { 'x-request-id': 'r1' });
}

async function run(url: string, ...args: readonly string[]) {
  const terminal = testTerminal({ env: { TRIBUTARY_URL: url, TRIBUTARY_API_KEY: 'trib_test' } });
  const exitCode = await runCli(args, terminal);
  return { exitCode, ...terminal.written };
}

test('prints a table, and the same as JSON with --json before or after the command', async () => {
  await using server = await startTestServer(answer);
  const { out, exitCode } = await run(server.url, 'collections', 'list');
  expect(exitCode).toBe(0);
  expect(out).toBe('ID     STATUS  SOURCES  NAME\nnotes  ACTIVE        0  Notes\n');
  const before = await run(server.url, '--json', 'collections', 'list');
  const after = await run(server.url, 'collections', 'list', '--json');
  expect(JSON.parse(before.out)).toMatchObject([{ readable_id: 'notes' }]);
  expect(after.out).toBe(before.out);
});

test('connects a source with each value in the type of its field', async () => {
  await using server = await startTestServer(answer);
  const config = ['path=/srv/notes', 'include=**/*.md', 'include=**/*.txt', 'max_file_bytes=5000'];
  const { exitCode } = await run(
    server.url,
    'connect',
    'files',
    '--collection=notes',
    '--schedule=none',
    '--no-sync',
    ...config.flatMap((one) => ['--config', one]),
  );
  expect(exitCode).toBe(0);
  expect(server.seen.at(-1)?.body).toEqual({
    short_name: 'files',
    readable_collection_id: 'notes',
    config: { path: '/srv/notes', include: ['**/*.md', '**/*.txt'], max_file_bytes: 5000 },
    schedule: { cron: null },
    sync_immediately: false,
  });
});

test('names the fields that exist when one does not', async () => {
  await using server = await startTestServer(answer);
  const { exitCode, err } = await run(server.url, 'connect', 'files', '--collection', 'notes', '--config', 'pfad=/srv');
  expect(exitCode).toBe(2);
  expect(err).toContain('files has no --config pfad. It has: path, include, max_file_bytes.');
});

test('changes the named fields of a configuration and keeps the others', async () => {
  await using server = await startTestServer(answer);
  await run(server.url, 'source-connections', 'update', 's', '--config', 'path=/srv/other');
  expect(server.seen.at(-1)?.body).toEqual({ config: { path: '/srv/other', include: ['**'] } });
});

test('shows the state on its axes after a pause, and what it waits for', async () => {
  const tasks = [{ code: 'resume_schedule', message: 'Resume it.', fix: { method: 'POST', path: '/resume' } }];
  const state = { id: 's', setup: 'ready', run: 'idle', freshness: 'fresh', mode: 'paused', tasks, version: 2 };
  await using server = await startTestServer((_, response) => sendJson(response, 200, state));
  const { out } = await run(server.url, 'source-connections', 'pause', 's');
  expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/tributary/v1/source-connections/s/pause' });
  expect(out).toBe('state  setup ready, run idle, data fresh, mode paused\nTo do: Resume it. (POST /resume)\n');
});

test('follows a sync to its end and sums it up', async () => {
  await using server = await startTestServer(answer);
  const { exitCode, out } = await run(server.url, 'sync', 's', '--full', '--follow');
  expect(exitCode).toBe(0);
  expect(out).toContain('completed  3 inserted, 0 updated, 0 deleted, 0 failed, 2 unchanged');
  expect(server.seen.some(({ url }) => url === '/v1/source-connections/s/run?force_full_sync=true')).toBe(true);
});

test('ends with its own code when the followed sync failed, and prints only JSON with --json', async () => {
  const failed = { ...job, status: 'failed', error: 'The folder is gone.' };
  await using server = await startTestServer((request, response) => {
    if (request.url.endsWith('/jobs/j')) sendJson(response, 200, failed);
    else answer(request, response);
  });
  const { exitCode, out, err } = await run(server.url, 'sync', 's', '--follow', '--json');
  expect(exitCode).toBe(11);
  expect(JSON.parse(out)).toEqual(failed);
  expect(JSON.parse(err)).toEqual({ error: { code: 'sync_failed', message: 'The folder is gone.' } });
});

test('says what to do when the service refuses, with the request id', async () => {
  await using server = await startTestServer(answer);
  const { exitCode, err } = await run(server.url, 'collections', 'show', 'nope');
  expect(exitCode).toBe(5);
  expect(err).toBe('Error: Collection not found\nRequest id: r1\n');
});

test('says how to start or find the service when nobody answers', async () => {
  const server = await startTestServer(answer);
  await server[Symbol.asyncDispose]();
  const { exitCode, err } = await run(server.url, 'cancel', 's');
  expect(exitCode).toBe(10);
  expect(err).toContain('tributary serve');
});

test('asks for a key before it sends anything', async () => {
  const terminal = testTerminal();
  expect(await runCli(['sources', 'list'], terminal)).toBe(2);
  expect(terminal.written.err).toContain('TRIBUTARY_API_KEY');
});

test('points to the help after a wrong command line', async () => {
  const { exitCode, err } = await run('http://127.0.0.1:1', 'connect', 'files');
  expect(exitCode).toBe(2);
  expect(err).toContain("required option '--collection <id>' not specified\n(add --help for what it takes)");
});

test('every command has a help text that shows what it takes', async () => {
  const names = [
    'serve',
    'collections',
    'sources',
    'preview',
    'connect',
    'source-connections',
    'connections',
    'sync',
    'jobs',
    'cancel',
    'search',
    'connector',
  ];
  for (const name of names) {
    const { exitCode, out } = await run('http://127.0.0.1:1', name, '--help');
    expect([name, exitCode]).toEqual([name, 0]);
    expect(out).toContain(`Usage: tributary ${name}`);
  }
});

test('takes control characters out of what others wrote', async () => {
  await using server = await startTestServer((_, response) =>
    sendJson(response, 200, [{ id: '1', readable_id: 'notes', name: 'No\u001B[2Jtes', status: 'ACTIVE' }]),
  );
  const { out } = await run(server.url, 'collections', 'list');
  expect(out).toContain('No[2Jtes');
});

test('prints the link of an authorization, and the command that comes after it', async () => {
  const link = 'http://127.0.0.1:8787/v1/source-connections/authorize/abc';
  const made = { ...connection, sync: null, auth: { authenticated: false, auth_url: link, claim_token: 'claim' } };
  await using server = await startTestServer((request, response) => {
    if (request.method === 'POST') sendJson(response, 200, made);
    else answer(request, response);
  });
  const client = ['--client', 'client_id=i', '--client', 'client_secret=s'];
  const connect = ['connect', 'files', '--collection', 'notes', '--config', 'path=/srv'];
  const { out, exitCode } = await run(server.url, ...connect, '--oauth', ...client, '--redirect-url', 'http://a.b/c');
  expect(exitCode).toBe(0);
  expect(out).toContain(link);
  expect(out).toContain('tributary source-connections verify s claim');
  expect(server.seen.at(-1)?.body).toMatchObject({
    authentication: { client_id: 'i', client_secret: 's' },
    redirect_url: 'http://a.b/c',
  });
  expect((await run(server.url, ...connect, ...client)).exitCode).toBe(2);
});

test('waits for the person, verifies, and follows the sync that starts then', async () => {
  let asked = 0;
  const pending = { authenticated: false, auth_url: 'http://link', claim_token: 'claim' };
  await using server = await startTestServer((request, response) => {
    const { method, url } = request;
    if (url.endsWith('/verify-oauth')) sendJson(response, 200, connection);
    else if (method === 'POST') sendJson(response, 200, { ...connection, sync: null, auth: pending });
    else if (url === '/v1/source-connections/s') {
      asked += 1;
      sendJson(response, 200, { ...connection, auth: { authenticated: asked > 1, authenticated_at: 'now' } });
    } else answer(request, response);
  });
  const { out, exitCode } = await run(server.url, 'source-connections', 'authorize', 's', '--follow');
  expect(exitCode).toBe(0);
  expect(out).toContain('http://link');
  expect(out).toContain('completed  3 inserted');
  expect(server.seen.find(({ url }) => url.endsWith('/verify-oauth'))?.body).toEqual({ claim_token: 'claim' });
});
