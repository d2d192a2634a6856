import type { ServerResponse } from 'node:http';
import { sendJson, startTestServer, type SeenRequest } from '@tributary/sdk/testing-server';
import { expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

const selection = {
  streams: { include: ['*'], exclude: [] },
  fields: [{ stream: '*', path: 'card', action: 'mask', keep: 2 }],
  newStreams: 'take',
  newFields: 'take',
  warnings: ['No stream fits log_*.'],
  version: 7,
};
const schema = {
  seenAt: '2026-11-01T00:00:00.000Z',
  streams: [
    {
      name: 'public.customer',
      selected: true,
      state: 'read',
      primaryKey: ['id'],
      open: false,
      fields: [
        { name: 'id', type: 'integer', held: false },
        { name: 'card', type: 'string', held: false },
        { name: 'diagnosis', type: 'string', held: true },
      ],
      rules: selection.fields,
    },
  ],
  changes: [
    {
      at: '2026-11-01T00:00:00.000Z',
      jobId: 'j',
      stream: 'public.customer',
      kind: 'type_changed',
      field: 'age',
      before: 'integer',
      after: 'integer|string',
      action: 'kept',
    },
  ],
};
const record = { key: '1', name: 'Ada', url: null, text: 'id: 1', fields: { id: 1, card: '***11' } };
const preview = {
  streams: [
    { name: 'notes', title: 'Notes', outcome: 'read', message: null, records: [record], failures: [] },
    { name: 'old', title: 'Old', outcome: 'failed', message: 'no access', records: [], failures: [] },
  ],
};
const source = {
  short_name: 'files',
  config_fields: { fields: [{ name: 'path', type: 'string' }] },
  auth_fields: null,
};

function answer({ method, url }: SeenRequest, response: ServerResponse): void {
  const path = url.replace('/tributary/v1/source-connections/', '');
  const bodies: Record<string, unknown> = {
    'GET s/selection': selection,
    'PUT s/selection': { ...selection, version: 8 },
    'GET s/schema': schema,
    'POST s/schema/accept': schema,
    'POST s/preview': preview,
    'POST preview': preview,
    'POST check': { account: 'me', streams: [{ name: 'notes', title: 'Notes', incremental: false, cursorFields: [] }] },
    'GET /v1/sources/files': source,
  };
  const body = bodies[`${method} ${path}`];
  sendJson(response, body === undefined ? 404 : 200, body ?? { error: { code: 'route_not_found', message: url } });
}

async function run(url: string, ...args: readonly string[]) {
  const terminal = testTerminal({ env: { TRIBUTARY_URL: url, TRIBUTARY_API_KEY: 'trib_test' } });
  const exitCode = await runCli(args, terminal);
  return { exitCode, ...terminal.written };
}

test('shows a selection with its rules and warnings', async () => {
  await using server = await startTestServer(answer);
  const { out, exitCode } = await run(server.url, 'source-connections', 'selection', 's');
  expect(exitCode).toBe(0);
  expect(out).toContain('include      *\n');
  expect(out).toContain('*       card   mask, keep 2\n');
  expect(out).toContain('Note: No stream fits log_*.');
});

test('changes what is named, on the version that it has seen', async () => {
  await using server = await startTestServer(answer);
  const options = ['--exclude', 'log_*', '--hash', 'public.customer.email', '--new-fields', 'hold'];
  const { exitCode, out } = await run(server.url, 'source-connections', 'selection', 's', ...options);
  expect(exitCode).toBe(0);
  expect(out).toContain('tributary sync s');
  const put = server.seen.find(({ method }) => method === 'PUT');
  expect(put?.headers['if-match']).toBe('"7"');
  expect(put?.body).toEqual({
    streams: { include: ['*'], exclude: ['log_*'] },
    fields: [...selection.fields, { stream: 'public.customer', path: 'email', action: 'hash' }],
    newStreams: 'take',
    newFields: 'hold',
  });
  await run(server.url, 'source-connections', 'selection', 's', '--reset');
  expect(server.seen.at(-1)).toMatchObject({ method: 'PUT', body: {} });
  expect((await run(server.url, 'source-connections', 'selection', 's', '--reset', '--drop', 'a.b')).exitCode).toBe(2);
});

test('shows the schema with its changes, and accepts what is held', async () => {
  await using server = await startTestServer(answer);
  const { out } = await run(server.url, 'source-connections', 'schema', 's');
  expect(out).toContain('public.customer  id (key)   integer\n');
  expect(out).toContain('public.customer  card       string   mask\n');
  expect(out).toContain('public.customer  diagnosis  string   held\n');
  expect(out).toContain('type changed age (integer → integer|string)  kept\n');
  await run(server.url, 'source-connections', 'schema', 's', '--accept', '--stream', 'public.customer');
  expect(server.seen.at(-1)).toMatchObject({ method: 'POST', body: { streams: ['public.customer'] } });
});

test('previews a source that is not saved, and a change of one that is', async () => {
  await using server = await startTestServer(answer);
  const { out } = await run(server.url, 'preview', 'files', '--config', 'path=/srv', '--drop', 'notes.body');
  expect(out).toContain('notes: 1 records\n  1  {"id":1,"card":"***11"}\n');
  expect(out).toContain('old: 0 records (failed)\n  ! no access\n');
  expect(server.seen.at(-1)?.body).toMatchObject({
    shortName: 'files',
    config: { path: '/srv' },
    selection: { fields: [{ stream: 'notes', path: 'body', action: 'drop' }] },
  });
  await run(server.url, 'source-connections', 'preview', 's');
  expect(server.seen.at(-1)?.body).toEqual({});
  await run(server.url, 'source-connections', 'preview', 's', '--exclude', 'old');
  expect(server.seen.at(-1)?.body).toMatchObject({
    selection: { streams: { include: ['*'], exclude: ['old'] }, fields: selection.fields },
  });
});
