import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A source of the Airbyte protocol for tests, run as `node testing-source.ts <behaviour> spec|check|discover|read …`. What it
 * does beside the protocol is the behaviour's; its configuration is a mapping with `token` (secret) and `count`.
 */
const [behaviour = 'good', action = 'spec', ...options] = process.argv.slice(2);

type Json = Record<string, unknown>;
interface State {
  readonly type: string;
  readonly stream?: { readonly stream_descriptor: { readonly name: string }; readonly stream_state: Json };
  readonly global?: { readonly stream_states: readonly NonNullable<State['stream']>[] };
}

function fileOf<T>(name: string): T | undefined {
  const at = options.indexOf(`--${name}`);
  return at === -1 ? undefined : (JSON.parse(readFileSync(options[at + 1] ?? '', 'utf8')) as T);
}

const say = (message: unknown): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const record = (stream: string, data: Json): void =>
  say({ type: 'RECORD', record: { stream, data, emitted_at: 1, unheard_of: true } });
const state = (name: string, stream_state: Json | null, recordCount?: number): void =>
  say({
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: { name }, stream_state },
      ...(recordCount !== undefined && { sourceStats: { recordCount } }),
    },
  });
const status = (name: string, word: string): void =>
  say({
    type: 'TRACE',
    trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { stream_descriptor: { name }, status: word } },
  });
const failure = (failure_type: string, message: string, name?: string): void =>
  say({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: 1,
      error: { message, failure_type, ...(name !== undefined && { stream_descriptor: { name } }) },
    },
  });

const properties = { id: { type: 'integer' }, name: { type: 'string' } };
const streams = [
  {
    name: 'users',
    json_schema: { type: 'object', properties },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    source_defined_primary_key: [['id']],
  },
  {
    name: 'orders',
    namespace: 'shop',
    json_schema: { type: 'object', properties },
    supported_sync_modes: ['full_refresh', 'incremental'],
    default_cursor_field: ['id'],
    source_defined_primary_key: [['id'], ['name']],
  },
  { name: 'tags', json_schema: { type: 'object', properties }, supported_sync_modes: ['full_refresh'] },
];

const config = fileOf<{ readonly token?: string; readonly count?: number }>('config') ?? {};
const { token = '', count = 3 } = config;
const chosen =
  fileOf<{ readonly streams: readonly { readonly stream: { readonly name: string; readonly namespace?: string } }[] }>(
    'catalog',
  )?.streams.map(({ stream }) => stream) ?? [];
const given = fileOf<readonly State[]>('state');

function readWell(): void {
  for (const { name, namespace } of chosen) {
    const known = given?.find((one) => one.stream?.stream_descriptor.name === name)?.stream?.stream_state ?? {};
    status(name, 'STARTED');
    const from = name === 'tags' ? 0 : Number(known['last'] ?? 0);
    for (let id = from + 1; id <= count; id += 1) {
      if (id === from + 1) status(name, 'RUNNING');
      say({ type: 'RECORD', record: { stream: name, namespace, data: { id, name: `${name} ${id}` }, emitted_at: 1 } });
      if (id % 2 === 0) sayState(name, namespace, { last: id }, Math.min(2, id - from));
    }
    const left = Math.max(0, count - from) === 0 ? 0 : count % 2;
    sayState(name, namespace, { last: Math.max(count, from) }, left);
    status(name, 'COMPLETE');
  }
}

function sayState(name: string, namespace: string | undefined, stream_state: Json, recordCount: number): void {
  const stream = { stream_descriptor: { name, ...(namespace !== undefined && { namespace }) }, stream_state };
  say({ type: 'STATE', state: { type: 'STREAM', stream, sourceStats: { recordCount } } });
}

/** One state for all streams, as sources of change logs have. */
function readGlobally(): void {
  const before = given?.find((one) => one.type === 'GLOBAL')?.global?.stream_states ?? [];
  const states = chosen.map(({ name }) => {
    const known = before.find((one) => one.stream_descriptor.name === name);
    const from = Number(known?.stream_state['last'] ?? 0);
    for (let id = from + 1; id <= count; id += 1) {
      const namespace = name === 'orders' ? 'shop' : null;
      say({ type: 'RECORD', record: { stream: name, namespace, data: { id, name: `${name} ${id}` }, emitted_at: 1 } });
    }
    return {
      stream_descriptor: { name, ...(name === 'orders' && { namespace: 'shop' }) },
      stream_state: { last: Math.max(from, count) },
      sent: Math.max(0, count - from),
    };
  });
  const recordCount = states.reduce((sum, one) => sum + one.sent, 0);
  const global = {
    shared_state: { log: `position ${count}` },
    stream_states: states.map(({ sent: _, ...one }) => one),
  };
  say({ type: 'STATE', state: { type: 'GLOBAL', global, sourceStats: { recordCount } } });
}

const behaviours: Readonly<Record<string, () => void | Promise<void>>> = {
  good: readWell,
  global: readGlobally,
  legacy() {
    const last = Number((given as unknown as Json | undefined)?.['last'] ?? 0);
    for (let id = last + 1; id <= count; id += 1) record('users', { id });
    say({ type: 'STATE', state: { data: { last: count } } });
  },
  posts() {
    const [since] = /"since":\d+/.exec(readFileSync(options[options.indexOf('--state') + 1] ?? '', 'utf8')) ?? [];
    record('users', { id: 1, since });
    const stream = '"stream":{"stream_descriptor":{"name":"users"},"stream_state":{"since":1880000000000000001}}';
    process.stdout.write(`{"type":"STATE","state":{"type":"STREAM",${stream}}}\n`);
  },
  resets() {
    record('users', { id: 1 });
    state('users', null);
  },
  garbage() {
    process.stdout.write('Loading the driver…\n\n[1,2]\n{"type":7}\n"text"\n{"half":\n');
    process.stdout.write(`password=${token}\n`);
    say({ type: 'HOLOGRAM', hologram: {} });
    say({ type: 'LOG', log: { level: 'FATAL', message: `cannot log in with ${token}` } });
    for (let line = 0; line < 50; line += 1) process.stdout.write(`noise ${line}\n`);
    record('strangers', { id: 9 });
    record('users', { id: 1 });
    state('users', { last: 1 }, 1);
    process.stdout.write('the end, without a line break');
  },
  async hangs() {
    record('users', { id: 1 });
    state('users', { last: 1 });
    await delay(600_000);
  },
  midrecord() {
    record('users', { id: 1 });
    state('users', { last: 1 });
    process.stderr.write(`Traceback: no more memory, token ${token}\n`);
    process.stdout.write('{"type":"RECORD","record":{"stream":"users","data":{"id":2,"na', () => process.exit(3));
  },
  async huge() {
    record('users', { id: 1 });
    process.stdout.write('{"type":"RECORD","record":{"stream":"users","data":{"id":2,"blob":"');
    const piece = 'x'.repeat(1_000_000);
    for (let sent = 0; sent < 50; sent += 1)
      if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    process.stdout.write('"}}}\n');
    record('users', { id: 3 });
    state('users', { last: 3 }, 3);
  },
  async stubborn() {
    process.on('SIGTERM', () => undefined);
    record('users', { id: 1 });
    state('users', { pid: process.pid });
    await delay(600_000);
  },
  async forks() {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 600_000)'], { stdio: 'inherit' });
    record('users', { id: 1 });
    state('users', { pid: child.pid });
    if (token === 'leave') process.exit(0);
    await delay(600_000);
  },
  async control() {
    record('users', { id: 1 });
    say({
      type: 'CONTROL',
      control: {
        type: 'CONNECTOR_CONFIG',
        emitted_at: 1,
        connectorConfig: { config: { ...config, token: `${token}+` } },
      },
    });
    record('users', { id: 2, token_length: token.length });
    state('users', { last: 2 }, 2);
    await Promise.resolve();
  },
  badcontrol() {
    const control = { type: 'CONNECTOR_CONFIG', connectorConfig: { config: { count: 'many' } } };
    say({ type: 'CONTROL', control });
    record('users', { id: 1 });
    state('users', { last: 1 });
  },
  transient_error: () => fail('transient_error'),
  config_error: () => fail('config_error'),
  system_error: () => fail('system_error'),
  miscount() {
    record('users', { id: 1 });
    state('users', { last: 1 }, 1);
    record('users', { id: 2 });
    state('users', { last: 3 }, 2);
  },
  incomplete() {
    status('users', 'STARTED');
    record('users', { id: 1 });
    status('users', 'RUNNING');
    state('users', { last: 1 }, 1);
    status('users', 'INCOMPLETE');
  },
  files() {
    const reference = { staging_file_url: '/tmp/x', source_file_relative_path: 'x', file_size_bytes: 1 };
    say({ type: 'RECORD', record: { stream: 'users', data: { id: 1 }, emitted_at: 1, file_reference: reference } });
  },
  surroundings() {
    const folder = process.cwd();
    writeFileSync(`${process.env['TMPDIR']}/left-behind`, 'x');
    record('users', { id: 1, env: Object.keys(process.env).toSorted(), home: process.env['HOME'], folder, options });
    state('users', { last: 1 });
  },
  deletes() {
    record('users', { id: 1, name: 'a' });
    record('users', { id: 2, name: 'b', _ab_cdc_deleted_at: null });
    record('users', { id: 1, name: 'a', _ab_cdc_deleted_at: '2026-01-01' });
    record('users', { id: 1, name: 'a again' });
    state('users', { last: 1 }, 4);
  },
  malformed() {
    say({ type: 'RECORD', record: { stream: 'users' } });
    say({ type: 'RECORD', record: { stream: 'users', data: { id: 1 } } });
    say({ type: 'STATE', state: { type: 'STREAM', stream: {} } });
  },
  flood() {
    for (let id = 0; id < 3_000; id += 1) record('users', { id, name: 'x'.repeat(10_000) });
    state('users', { last: 3_000 }, 3_000);
  },
};

function fail(type: string): void {
  record('users', { id: 1 });
  state('users', { last: 1 }, 1);
  failure(type, `the source said: ${type}, token ${token}`, 'users');
  process.exitCode = 1;
}

function answer(): void | Promise<void> {
  switch (action) {
    case 'spec':
      say({
        type: 'SPEC',
        spec: {
          protocol_version: '0.5.2',
          connectionSpecification: {
            title: 'Testing source',
            type: 'object',
            required: ['token'],
            properties: {
              token: { type: 'string', title: 'Token', airbyte_secret: true },
              count: { type: 'integer', title: 'Count', default: 3 },
            },
          },
        },
      });
      return;
    case 'check': {
      const wrong = token === 'wrong' ? { status: 'FAILED', message: `refused: ${token}` } : { status: 'SUCCEEDED' };
      if (behaviour === 'silent') return;
      say({ type: 'CONNECTION_STATUS', connectionStatus: wrong });
      return;
    }
    case 'discover':
      say({ type: 'CATALOG', catalog: { streams: [...streams, 'no stream'] } });
      return;
    default:
      return behaviours[behaviour]?.();
  }
}

await answer();
