import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '@tributary/connectors/catalog';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-connector-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

const linesOf = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function tributary(...args: readonly string[]) {
  const terminal = testTerminal();
  const code = await runCli(['connector', ...args], terminal);
  return { code, err: terminal.written.err, messages: linesOf(terminal.written.out) };
}

test('runs as a program that writes nothing but messages', async () => {
  const child = spawn(process.execPath, [main, 'connector', 'stub', 'spec'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(linesOf(out)).toMatchObject([{ type: 'SPEC' }]);
});

test('answers spec in one line, by alias too', async () => {
  const [one, other] = await Promise.all([tributary('postgres', 'spec'), tributary('postgresql', 'spec')]);
  expect(one.messages).toMatchObject([{ type: 'SPEC', spec: { connectionSpecification: { title: 'PostgreSQL' } } }]);
  expect(other.messages).toEqual(one.messages);
  expect([one.code, other.code]).toEqual([0, 0]);
});

test('goes from discover to read to the next read', async () => {
  const config = await file('config.json', { entity_count: 4, credentials: { stub_key: 'x' } });
  const found = await tributary('incremental_stub', 'discover', '--config', config);
  const { streams } = found.messages[0]!['catalog'] as { streams: { name: string; supported_sync_modes: string[] }[] };
  const chosen = await file('catalog.json', {
    streams: streams.map((stream) => ({ stream, sync_mode: stream.supported_sync_modes.at(-1) })),
  });
  const first = await tributary('incremental_stub', 'read', '--config', config, '--catalog', chosen);
  expect(first.code).toBe(0);
  expect(first.messages.filter((message) => message['type'] === 'RECORD')).toHaveLength(5);
  const states = first.messages.filter((message) => message['type'] === 'STATE');
  const state = await file(
    'state.json',
    states.map((message) => message['state']),
  );
  const more = await file('more.json', { entity_count: 6, credentials: { stub_key: 'x' } });
  const second = await tributary('incremental_stub', 'read', '--config', more, '--catalog', chosen, '--state', state);
  expect(second.messages.filter((message) => message['type'] === 'RECORD')).toHaveLength(2);
});

test('calls bad settings a failed check, and a failed read with another exit code', async () => {
  const bad = await file('bad.json', { entity_count: -1 });
  const checked = await tributary('stub', 'check', '--config', bad);
  expect(checked.messages).toMatchObject([{ connectionStatus: { status: 'FAILED' } }]);
  expect(checked.code).toBe(0);
  const chosen = await file('all.json', { streams: [{ stream: { name: 'entities' }, sync_mode: 'full_refresh' }] });
  const failing = await file('failing.json', { exception_type: 'timeout', error_message: 'too slow' });
  const read = await tributary('exception_stub', 'read', '--config', failing, '--catalog', chosen);
  expect(read.code).toBe(11);
  expect(read.err).toContain('too slow');
  expect(read.messages).toContainEqual(
    expect.objectContaining({
      trace: expect.objectContaining({ error: expect.objectContaining({ failure_type: 'transient_error' }) }),
    }),
  );
});

test('says what is missing on the command line', async () => {
  const [unknown, action, config] = await Promise.all([
    tributary('nothing', 'spec'),
    tributary('stub', 'write'),
    tributary('stub', 'check'),
  ]);
  expect(unknown.err).toContain(Object.keys(catalog).join(', '));
  expect(action.err).toContain('write is none of');
  expect(config.err).toContain('--config');
  expect([unknown.code, action.code, config.code]).toEqual([2, 2, 2]);
});

test('runs a program that speaks the protocol as a connector, with what itself gives', async () => {
  const program = [process.execPath, main, 'connector', 'incremental_stub'];
  const [natively, asProgram] = await Promise.all([
    tributary('incremental_stub', 'spec'),
    tributary('--exec', ...program, 'spec'),
  ]);
  expect(asProgram.messages).toEqual(natively.messages);
  const config = await file('exec.json', { entity_count: 4, credentials: { stub_key: 'x' } });
  const chosen = await file('exec-catalog.json', {
    streams: [{ stream: { name: 'entities' }, sync_mode: 'incremental' }],
  });
  const read = await tributary('--exec', ...program, 'read', '--config', config, '--catalog', chosen);
  expect(read.code).toBe(0);
  expect(read.messages.filter((message) => message['type'] === 'RECORD')).toHaveLength(4);
  const state = await file(
    'exec-state.json',
    read.messages.filter((message) => message['type'] === 'STATE').map((message) => message['state']),
  );
  const args = ['read', '--config', config, '--catalog', chosen, '--state', state];
  const again = await tributary('--exec', ...program, ...args);
  expect(again.messages.filter((message) => message['type'] === 'RECORD')).toHaveLength(0);
});

test('says what is wrong with a program or image on the command line', async () => {
  const [nothing, unknown, none, both] = await Promise.all([
    tributary('--exec', 'spec'),
    tributary('--exec', 'no-such-program-here', 'spec'),
    tributary('--exec', '/bin/true', 'spec'),
    tributary('--exec', '--image', 'x', 'spec'),
  ]);
  expect(nothing.err).toContain('There is no program');
  expect(unknown.err).toContain('There is no program no-such-program-here');
  expect(none.err).toContain('no answer of the Airbyte protocol to spec');
  expect(both.err).toContain('one of --manifest, --exec and --image');
  expect([nothing.code, unknown.code, none.code, both.code]).toEqual([2, 2, 11, 2]);
});

describe('a manifest instead of a connector', () => {
  const manifest = {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['users'] },
    spec: {
      type: 'Spec',
      connection_specification: {
        type: 'object',
        required: ['url', 'key'],
        properties: { url: { type: 'string' }, key: { type: 'string', airbyte_secret: true } },
      },
    },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'users',
        primary_key: 'id',
        schema_loader: { type: 'JsonFileSchemaLoader', file_path: './schemas/users.json' },
        retriever: {
          type: 'SimpleRetriever',
          requester: {
            type: 'HttpRequester',
            url_base: "{{ config['url'] }}",
            path: '/users',
            authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['key'] }}" },
          },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
      },
    ],
  };
  let api: Server;
  let path: string;
  let config: string;

  beforeAll(async () => {
    api = createServer((request, response) => {
      const allowed = request.headers.authorization === 'Bearer the-secret-key';
      response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(allowed ? { data: [{ id: 1 }, { id: 2 }] } : {}));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    await mkdir(join(folder, 'schemas'));
    await file('schemas/users.json', { type: 'object', properties: { id: { type: 'integer' } } });
    path = await file('manifest.json', manifest);
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    config = await file('users.json', { url, key: 'the-secret-key' });
  });
  afterAll(() => new Promise((resolve) => api.close(resolve)));

  const withManifest = (...args: readonly string[]) => tributary('--manifest', path, ...args);

  test('publishes its specification, and finds its schemas in its folder', async () => {
    const spec = await withManifest('spec');
    expect(spec.messages).toEqual([
      { type: 'SPEC', spec: { connectionSpecification: manifest.spec.connection_specification } },
    ]);
    const found = await withManifest('discover', '--config', config);
    expect(found.messages).toMatchObject([
      { catalog: { streams: [{ name: 'users', json_schema: { properties: { id: { type: 'integer' } } } }] } },
    ]);
  });

  test('checks a flat configuration and reads with it', async () => {
    const checked = await withManifest('check', '--config', config);
    expect(checked.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
    const chosen = await file('users-catalog.json', {
      streams: [{ stream: { name: 'users' }, sync_mode: 'full_refresh' }],
    });
    const read = await withManifest('read', '--config', config, '--catalog', chosen);
    expect(read.code).toBe(0);
    const of = (type: string) => read.messages.filter((message) => message['type'] === type);
    expect(of('RECORD')).toMatchObject([{ record: { data: { id: 1 } } }, { record: { data: { id: 2 } } }]);
    expect(of('STATE')).toMatchObject([{ state: { sourceStats: { recordCount: 2 } } }]);
  });

  test('calls a refused key and missing settings a failed check, and shows no secret', async () => {
    const wrong = await file('wrong.json', {
      url: (JSON.parse(await readFile(config, 'utf8')) as { url: string }).url,
      key: 'another-secret',
    });
    const refused = await withManifest('check', '--config', wrong);
    expect(refused.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'FAILED' } });
    expect(JSON.stringify(refused)).not.toContain('another-secret');
    const missing = await withManifest('check', '--config', await file('missing.json', {}));
    expect(missing.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'FAILED' } });
  });

  test('says what is wrong with the command and with the manifest', async () => {
    const both = await tributary('stub', 'spec', '--manifest', path);
    const nowhere = await tributary('--manifest', join(folder, 'nowhere.yaml'), 'spec');
    const broken = await tributary('--manifest', await file('broken.json', { type: 'DeclarativeSource' }), 'spec');
    const nothing = await tributary('--manifest', path);
    expect(both.err).toContain('not both');
    expect(nowhere.err).toContain('cannot be read');
    expect(broken.err).toContain('streams');
    expect(nothing.err).toContain('Say what to do');
    expect([both.code, nowhere.code, broken.code, nothing.code]).toEqual([2, 2, 2, 2]);
  });
});
