import { Ajv } from 'ajv';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../catalog.ts';
import type { Connector } from '../kit/connector.ts';
import { createContext, parseConfig, parseCredentials } from '../kit/connector-context.ts';
import { stub } from '../sources/stub/index.ts';
import { exceptionStub } from '../sources/exception-stub/index.ts';
import { incrementalStub } from '../sources/incremental-stub/index.ts';
import { postgres } from '../sources/postgres/index.ts';
import { handClock } from '../testing/connector-probe.ts';
import { type RunningPostgres, startPostgres } from '../testing/embedded-postgres.ts';
import { checkMessages, type ContextMaker, discoverMessages } from './connector-messages.ts';
import { connectorSpec, splitConfig } from './connector-spec.ts';
import { readInputState } from './input-state.ts';
import type { AirbyteMessage, AirbyteRecord, AirbyteState, ConfiguredCatalog, SyncMode } from './messages.ts';
import { readMessages } from './read-messages.ts';

function contextMaker(connector: Connector, given: object): ContextMaker {
  const { config, credentials } = splitConfig(connector, given);
  const clock = handClock();
  return ({ log, cursorField }) =>
    createContext({
      connector,
      config: parseConfig(connector, config),
      credentials: parseCredentials(connector, credentials),
      policy: { allow: 'all' },
      roots: [],
      refused: [],
      clock,
      log,
      signal: new AbortController().signal,
      ...(cursorField !== undefined && { cursorField }),
    });
}

const configured = (names: readonly string[], sync_mode: SyncMode, field?: string): ConfiguredCatalog => ({
  streams: names.map((name) => ({
    stream: { name },
    sync_mode,
    ...(field !== undefined && { cursor_field: [field] }),
  })),
});

async function read(connector: Connector, config: object, chosen: ConfiguredCatalog, state?: unknown) {
  const given = readInputState(state === undefined ? undefined : JSON.parse(JSON.stringify(state)));
  return Array.fromAsync(readMessages(connector, contextMaker(connector, config), chosen, given));
}

const recordsOf = (messages: readonly AirbyteMessage[]): AirbyteRecord[] =>
  messages.flatMap((message) => (message.type === 'RECORD' ? message.record : []));
const statesOf = (messages: readonly AirbyteMessage[]): AirbyteState[] =>
  messages.flatMap((message) => (message.type === 'STATE' ? message.state : []));
const identities = (messages: readonly AirbyteMessage[]): Set<string> =>
  new Set(recordsOf(messages).map(({ stream, data }) => JSON.stringify([stream, data])));
const statusesOf = (messages: readonly AirbyteMessage[]): string[] =>
  messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS'
      ? `${message.trace.stream_status.stream_descriptor.name} ${message.trace.stream_status.status}`
      : [],
  );
const errorsOf = (messages: readonly AirbyteMessage[]) =>
  messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? message.trace.error : [],
  );

/** Resumes from the states as they stood after each STATE message, and compares what is then known. */
async function expectUnionFromEveryState(connector: Connector, config: object, chosen: ConfiguredCatalog) {
  const whole = await read(connector, config, chosen);
  const all = identities(whole);
  expect(all.size).toBeGreaterThan(0);
  const cuts = whole.flatMap((message, at) => (message.type === 'STATE' ? [at] : []));
  for (const cut of cuts) {
    const before = whole.slice(0, cut + 1);
    const after = await read(connector, config, chosen, statesOf(before));
    expect(errorsOf(after)).toEqual([]);
    expect(new Set([...identities(before), ...identities(after)])).toEqual(all);
  }
  return { whole, cuts };
}

describe('spec', () => {
  test.each(Object.entries(catalog))('of %s is a JSON Schema of draft 7', async (id, load) => {
    const connector = await load();
    const message = connectorSpec(connector);
    const schema = message.type === 'SPEC' ? message.spec.connectionSpecification : {};
    expect(connector.id).toBe(id);
    // A specification that somebody else wrote is published as it is; without a word about its draft it is this one.
    const { $schema: draft = 'http://json-schema.org/draft-07/schema#', type } = schema;
    expect({ draft, type }).toEqual({ draft: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    const ajv = new Ajv({ strict: false, validateFormats: false });
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(JSON.stringify(schema)).not.toContain('"secret":true');
  });

  test('marks secrets and asks for what is needed', () => {
    const message = connectorSpec(postgres);
    expect(message).toMatchObject({
      spec: {
        connectionSpecification: {
          required: ['host', 'database', 'credentials'],
          properties: {
            port: { type: 'integer', default: 5432 },
            credentials: {
              required: ['username', 'password'],
              properties: { password: { type: 'string', airbyte_secret: true } },
            },
          },
        },
      },
    });
    expect(connectorSpec(stub)).toMatchObject({ spec: { connectionSpecification: { required: [] } } });
  });
});

describe('check and discover', () => {
  const check = (connector: Connector, config: object) =>
    Array.fromAsync(checkMessages(connector, contextMaker(connector, config)));

  test('say whether the settings work', async () => {
    expect(await check(stub, {})).toMatchObject([
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
    ]);
    expect(await check(exceptionStub, { exception_type: 'token_expired', fail_on_validate: true })).toMatchObject([
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED' } },
    ]);
    expect(await check(exceptionStub, { fail_on_validate: true })).toMatchObject([
      { type: 'TRACE', trace: { type: 'ERROR', error: { failure_type: 'system_error' } } },
    ]);
  });

  test('tell how each stream can be read', async () => {
    const [message] = await Array.fromAsync(discoverMessages(incrementalStub, contextMaker(incrementalStub, {})));
    expect(message).toMatchObject({
      type: 'CATALOG',
      catalog: {
        streams: [
          {
            name: 'containers',
            supported_sync_modes: ['full_refresh'],
            source_defined_primary_key: [['container_id']],
          },
          {
            name: 'entities',
            supported_sync_modes: ['full_refresh', 'incremental'],
            source_defined_cursor: true,
            default_cursor_field: ['sequence_number'],
            is_resumable: true,
          },
        ],
      },
    });
  });
});

describe('read', () => {
  const config = { entity_count: 30, generation_delay_ms: 50 };
  const streams = ['containers', 'small_entities', 'medium_entities'];

  test('goes on from every state of stub to the complete union', async () => {
    const { whole, cuts } = await expectUnionFromEveryState(stub, config, configured(streams, 'full_refresh'));
    expect(cuts.length).toBeGreaterThan(8);
    expect(statusesOf(whole)).toEqual(
      streams.flatMap((name) => [`${name} STARTED`, `${name} RUNNING`, `${name} COMPLETE`]),
    );
  });

  test('counts in each state the records since the one before', async () => {
    const whole = await read(stub, config, configured(streams, 'full_refresh'));
    for (const name of streams) {
      const counted = statesOf(whole)
        .filter((state) => state.stream.stream_descriptor.name === name)
        .reduce((sum, state) => sum + state.sourceStats.recordCount, 0);
      expect(counted).toBe(recordsOf(whole).filter((record) => record.stream === name).length);
    }
  });

  test('gives a state also for a stream without records', async () => {
    const messages = await read(stub, { entity_count: 0 }, configured(['small_entities'], 'full_refresh'));
    expect(statesOf(messages)).toHaveLength(1);
    expect(statusesOf(messages)).toEqual(['small_entities STARTED', 'small_entities COMPLETE']);
  });

  test('keeps an incremental cursor from job to job', async () => {
    const chosen = configured(['entities'], 'incremental');
    const first = await read(incrementalStub, { entity_count: 3 }, chosen);
    const second = await read(incrementalStub, { entity_count: 5 }, chosen, statesOf(first));
    expect(recordsOf(second).map((record) => record.data['sequence_number'])).toEqual([3, 4]);
    const expired = await read(incrementalStub, { entity_count: 2, seed: 1 }, chosen, statesOf(second));
    expect(recordsOf(expired)).toHaveLength(2);
    const foreign = [
      { type: 'STREAM', stream: { stream_descriptor: { name: 'entities' }, stream_state: { cursor: 7 } } },
    ];
    expect(recordsOf(await read(incrementalStub, {}, chosen, foreign))).toHaveLength(5);
  });

  test('tells why a stream failed and reads the others', async () => {
    const chosen = configured(['entities', 'containers', 'nowhere'], 'full_refresh');
    const types = ['token_expired', 'timeout', 'runtime_error'] as const;
    const failureTypes: string[] = [];
    for (const exception_type of types) {
      const messages = await read(exceptionStub, { exception_type, error_message: 'said so' }, chosen);
      const [error, missing] = errorsOf(messages);
      failureTypes.push(error?.failure_type ?? '');
      expect(error?.stream_descriptor).toEqual({ name: 'entities' });
      expect(missing).toMatchObject({ failure_type: 'config_error', stream_descriptor: { name: 'nowhere' } });
      expect(recordsOf(messages)).toHaveLength(5 + 1);
      expect(statusesOf(messages)).toEqual([
        'entities STARTED',
        'entities RUNNING',
        'entities INCOMPLETE',
        'containers STARTED',
        'containers RUNNING',
        'containers COMPLETE',
        'nowhere INCOMPLETE',
      ]);
    }
    expect(failureTypes).toEqual(['config_error', 'transient_error', 'system_error']);
  });

  test('takes states with and without envelope, and forgets what was reset', () => {
    const one = { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: { cursor: 1 } } };
    const reset = { type: 'STREAM', stream: { stream_descriptor: { name: 'a' }, stream_state: null } };
    const global = { type: 'GLOBAL', global: { shared_state: {}, stream_states: [one.stream] } };
    expect([...readInputState([one]).keys()]).toEqual(['a']);
    expect([...readInputState({ type: 'STATE', state: one }).keys()]).toEqual(['a']);
    expect([...readInputState(global).keys()]).toEqual(['a']);
    expect(readInputState([one, reset]).size).toBe(0);
    for (const nothing of [undefined, null, {}, []]) expect(readInputState(nothing).size).toBe(0);
    expect(() => readInputState([{ type: 'OTHER' }])).toThrow('state file');
  });
});

describe('read of postgres', () => {
  let server: RunningPostgres;
  let config: object;

  beforeAll(async () => {
    server = await startPostgres();
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`CREATE TABLE customer (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL);
      INSERT INTO customer SELECT i, 'n' || i, now() - i * interval '1 hour' FROM generate_series(1, 4200) i`);
    await admin.end();
    const credentials = { username: server.user, password: server.password };
    config = { host: server.host, port: server.port, database: 'postgres', credentials };
  });
  afterAll(() => server.stop());

  test.each([
    ['a listing', configured(['public.customer'], 'full_refresh')],
    ['a cursor field', configured(['public.customer'], 'incremental', 'updated_at')],
  ])('goes on from every state of %s to the complete union', async (_, chosen) => {
    const { cuts } = await expectUnionFromEveryState(postgres, config, chosen);
    expect(cuts.length).toBeGreaterThanOrEqual(5);
  });
});
