import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createContext } from '../kit/connector-context.ts';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Connector, Stream } from '../kit/connector.ts';
import type { JsonObject } from '../kit/json.ts';
import type { Page } from '../kit/page.ts';
import { handClock } from '../testing/connector-probe.ts';
import { type ContextMaker, checkMessages, discoverMessages } from './connector-messages.ts';
import { connectorSpec, splitConfig } from './connector-spec.ts';
import { readInputState } from './input-state.ts';
import type { AirbyteMessage } from './messages.ts';
import { readMessages } from './read-messages.ts';

const asked: unknown[] = [];

function streamOf(name: string, pages: readonly Page<JsonObject>[], incremental: boolean): Stream {
  return {
    name,
    title: name,
    entityType: 'XEntity',
    jsonSchema: { properties: { 'dotted.name': {} } },
    primaryKey: ['data.id', 'dotted.name'],
    incremental,
    ...(incremental && { cursorFields: ['data.at'] }),
    cursorIsState: true,
    deletes: incremental ? 'reported' : 'listing',
    key: (row) => JSON.stringify(row['id']),
    parseCursor: (cursor) => cursor,
    async *read(since) {
      asked.push(since);
      yield* pages;
    },
  };
}

const streams = [
  streamOf('kept', [{ upserts: [{ id: 1 }, { id: 2 }], cursor: { at: '2024' } }, { upserts: [{ id: 3 }] }], true),
  streamOf('whole', [{ upserts: [{ id: 1 }] }], false),
  streamOf('empty', [], true),
];

const connector = (change: Partial<Connector> = {}): Connector => ({
  id: 'x',
  title: 'X',
  description: 'x',
  labels: [],
  auth: [{ type: 'none' }],
  config: z.looseObject({}),
  endpoint: [],
  limits: { requestsPerMinute: 60, concurrency: 1 },
  entityTypes: [],
  check: () => Promise.resolve({ account: 'x' }),
  discover: () => Promise.resolve(streams),
  specified: {
    specification: { connectionSpecification: { properties: { token: { airbyte_secret: true } } } },
    split: ({ token, ...config }) => ({ config, credentials: { token } }),
  },
  ...change,
});

const contexts =
  (of: Connector): ContextMaker =>
  (options) =>
    createContext({
      connector: of,
      config: {},
      credentials: {},
      policy: { allow: 'all' },
      roots: [],
      refused: [],
      clock: handClock(),
      signal: new AbortController().signal,
      ...options,
    });

const catalog = { streams: streams.map(({ name }) => ({ stream: { name }, sync_mode: 'incremental' as const })) };

const stateOf = (name: string, stream_state: unknown) => ({
  type: 'STREAM',
  stream: { stream_descriptor: { name }, stream_state },
});

async function read(of: Connector, states: unknown): Promise<AirbyteMessage[]> {
  return Array.fromAsync(readMessages(of, contexts(of), catalog, readInputState(states)));
}

test('a published specification is the answer to spec, and takes the flat configuration apart', () => {
  expect(connectorSpec(connector())).toEqual({
    type: 'SPEC',
    spec: { connectionSpecification: { properties: { token: { airbyte_secret: true } } } },
  });
  expect(splitConfig(connector(), { token: 't', site: 'eu' })).toEqual({
    config: { site: 'eu' },
    credentials: { token: 't' },
  });
});

test('the cursor itself is the state, one at least for each stream, with the records since the last', async () => {
  const messages = await read(connector(), undefined);
  const states = messages.flatMap((one) => (one.type === 'STATE' ? one.state : []));
  expect(
    states.map(({ stream, sourceStats }) => [
      stream.stream_descriptor.name,
      stream.stream_state,
      sourceStats.recordCount,
    ]),
  ).toEqual([
    ['kept', { at: '2024' }, 2],
    ['kept', { at: '2024' }, 1],
    ['whole', { __ab_no_cursor_state_message: true }, 1],
    ['empty', {}, 0],
  ]);
});

test('a given state comes to the stream as it is; marks of other sources tell nothing', async () => {
  asked.length = 0;
  const given = { states: [{ partition: { id: 1 }, cursor: { at: '1' } }], use_global_cursor: false };
  const messages = await read(connector(), [
    stateOf('kept', given),
    stateOf('whole', { __ab_no_cursor_state_message: true }),
    stateOf('empty', given),
  ]);
  expect(asked).toEqual([given, undefined, given]);
  const last = messages.findLast((one) => one.type === 'STATE');
  expect(last).toMatchObject({ state: { stream: { stream_state: given } } });
});

test('paths of keys are nested, names with a dot are not', async () => {
  const [message] = await Array.fromAsync(discoverMessages(connector(), contexts(connector())));
  expect(message).toMatchObject({
    catalog: {
      streams: [
        { source_defined_primary_key: [['data', 'id'], ['dotted.name']], default_cursor_field: ['data', 'at'] },
        {},
        {},
      ],
    },
  });
});

test('a configuration that the connector changes is told once, also when it fails afterwards', async () => {
  const config = { token: 'new' };
  const changing = connector({
    async discover(ctx) {
      await ctx.keepConfiguration?.(config);
      await ctx.keepConfiguration?.(config);
      throw new Error('failed');
    },
    async check(ctx) {
      await ctx.keepConfiguration?.(config);
      throw new Error('failed');
    },
  });
  const told: AirbyteMessage[] = [];
  const listen = async (messages: AsyncIterable<AirbyteMessage>): Promise<void> => {
    for await (const message of messages) told.push(message);
  };
  const control = {
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: handClock().now(), connectorConfig: { config } },
  };
  await expect(listen(discoverMessages(changing, contexts(changing)))).rejects.toThrow('failed');
  await expect(listen(readMessages(changing, contexts(changing), catalog, new Map()))).rejects.toThrow('failed');
  expect(told).toEqual([control, control]);
  const checked = await Array.fromAsync(checkMessages(changing, contexts(changing)));
  expect(checked).toMatchObject([control, { type: 'TRACE' }]);
});

describe('a state that the stream cannot go on from', () => {
  const expired = new ConnectorError('cursor_expired', 'The state is too old.');
  const forgetful = (pages: readonly Page<JsonObject>[], change: Partial<Stream> = {}): Connector => {
    const stream: Stream = {
      ...streamOf('kept', [], true),
      async *read(since) {
        asked.push(since);
        if (since !== undefined) {
          yield { upserts: [{ id: 1 }] };
          throw expired;
        }
        yield* pages;
      },
      ...change,
    };
    return connector({ discover: () => Promise.resolve([stream]) });
  };
  const only = { streams: catalog.streams.slice(0, 1) };
  const readOnly = (of: Connector) =>
    Array.fromAsync(readMessages(of, contexts(of), only, readInputState([stateOf('kept', { at: '1' })])));
  const statesIn = (messages: readonly AirbyteMessage[]) =>
    messages.flatMap((message) => (message.type === 'STATE' ? [message.state.stream.stream_state] : []));

  test('means that everything is read again, with a warning', async () => {
    asked.length = 0;
    const messages = await readOnly(forgetful([{ upserts: [{ id: 1 }, { id: 2 }], cursor: { at: '2' } }]));
    expect(asked).toEqual([{ at: '1' }, undefined]);
    expect(statesIn(messages)).toEqual([{ at: '2' }]);
    const last = messages.at(-1);
    expect(last).toMatchObject({ type: 'TRACE', trace: { stream_status: { status: 'COMPLETE' } } });
    expect(messages).toContainEqual({
      type: 'LOG',
      log: { level: 'WARN', message: expect.stringContaining('everything is read again') as string },
    });
  });

  test('is not told again when nothing comes of the second reading', async () => {
    expect(statesIn(await readOnly(forgetful([])))).toEqual([{}]);
  });

  test('is found out by its shape as well', async () => {
    asked.length = 0;
    const parseCursor = (): never => {
      throw expired;
    };
    const messages = await readOnly(forgetful([{ upserts: [], cursor: { at: '2' } }], { parseCursor }));
    expect(asked).toEqual([undefined]);
    expect(statesIn(messages)).toEqual([{ at: '2' }]);
  });

  test('is an error when the stream says so without any state', async () => {
    const read: Stream['read'] = () => {
      throw expired;
    };
    const messages = await readOnly(forgetful([], { read }));
    expect(messages.at(-1)).toMatchObject({ trace: { stream_status: { status: 'INCOMPLETE' } } });
    expect(statesIn(messages)).toEqual([]);
  });
});

test('a stream that is known as broken says why it cannot be read, and not that it is gone', async () => {
  const of = connector({
    discover(ctx) {
      ctx.tellBroken?.({ name: 'kept', error: new ConnectorError('configuration', 'It needs the port X.') });
      return Promise.resolve(streams.slice(1));
    },
  });
  const messages = await read(of, []);
  const errors = messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error.message] : [],
  );
  expect(errors).toEqual(['The stream kept cannot be read: It needs the port X.']);
});
