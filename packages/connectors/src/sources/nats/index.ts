import { z } from 'zod';
import type { Stream } from '../../kit/connector.ts';
import { defineDynamicConnector, entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { auth, Config, type NatsContext } from './config.ts';
import { StreamCursor } from './cursor.ts';
import { type Target, targetsOf } from './find-streams.ts';
import { describeMessage, Message, messageFields, messageText } from './message.ts';
import { toConnectorError } from './nats-error.ts';
import { openConnection } from './open-connection.ts';
import { readStream } from './read-stream.ts';
import { keyRuleOf } from './record-key.ts';

/** Streams that are read at a time, each over a connection of its own. */
const TOGETHER = 16;

/** Messages of JetStream streams, and buckets of keys and values, of a NATS server. */
export const nats = defineDynamicConnector(
  {
    id: 'nats',
    title: 'NATS JetStream',
    description: 'Reads the messages of JetStream streams, and buckets of keys and values, as they come.',
    labels: ['Messaging'],
    auth,
    config: Config,
    endpoint: ['host', 'port', 'tls', 'ca'],
    limits: { requestsPerMinute: 60_000, concurrency: TOGETHER },
    continuous: { everySeconds: 1 },
    async check(ctx) {
      const { host, port } = ctx.config;
      const { username } = ctx.credentials;
      const connection = await openConnection(ctx);
      try {
        const { jetstreamManager } = await import('@nats-io/jetstream');
        const manager = await jetstreamManager(connection, { checkAPI: false });
        await manager.streams.list().next();
        return { account: `${username === undefined ? '' : `${username}@`}${host}:${port}` };
      } catch (error) {
        throw toConnectorError(error, `Asking ${host}:${port}`);
      } finally {
        await connection.close();
      }
    },
  },
  discoverStreams,
);

async function discoverStreams(ctx: NatsContext): Promise<readonly Stream[]> {
  const connection = await openConnection(ctx);
  try {
    const { jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const found = await Array.fromAsync(manager.streams.list());
    const targets = targetsOf(found, ctx.config);
    return targets.map((target) => streamOf(takingTurns(ctx, targets.length), target));
  } catch (error) {
    throw toConnectorError(error, `Asking ${ctx.config.host} for its streams`);
  } finally {
    await connection.close();
  }
}

/** Streams beyond those that are read at a time would wait until the others have waited long enough for changes. */
function takingTurns(ctx: NatsContext, streams: number): NatsContext {
  const { followMs } = ctx.options;
  if (followMs === undefined) return ctx;
  return { ...ctx, options: { ...ctx.options, followMs: followMs / Math.ceil(streams / TOGETHER) } };
}

function streamOf(ctx: NatsContext, target: Target): Stream {
  const key = keyRuleOf(ctx.config.key, target.stream);
  const rules = { key, mostBytes: ctx.config.max_message_bytes };
  return {
    name: target.name,
    title: target.name,
    entityType: entityTypeName('nats', target.stream),
    jsonSchema: z.toJSONSchema(Message, { unrepresentable: 'any', io: 'output' }) as JsonObject,
    primaryKey: ['key'],
    incremental: true,
    deletes: 'reported',
    key: (row) => (row as Message).key,
    text: (row) => messageText(row as Message),
    describe: (row) => describeMessage(row as Message, key.by !== 'sequence'),
    fields: (row) => messageFields(row as Message),
    parseCursor: (value) => StreamCursor.parse(value),
    read: (since) => readStream(ctx, target, rules, since as StreamCursor | undefined),
  };
}
