import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Stream } from '../../kit/connector.ts';
import { defineDynamicConnector, entityTypeName } from '../../kit/define-connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import { conditions, property, shape } from '../../types/kafka/fields.ts';
import { toConnectorError } from '../../types/kafka/kafka-error.ts';
import { openAdmin } from '../../types/kafka/open-client.ts';
import { auth, Config, type KafkaContext } from './config.ts';
import { PartitionCursor } from './cursor.ts';
import { describeMessage, Message, messageFields, messageText } from './message.ts';
import { readPartition } from './read-partition.ts';

/** Partitions that are read at a time, each by a client of its own. */
const TOGETHER = 16;

const SliceValue = z.object({ partition: z.int().min(0) });

/** Messages of Kafka topics. */
export const kafka = defineDynamicConnector(
  {
    id: 'kafka',
    title: 'Kafka',
    description: 'Reads the messages of Kafka topics as they come, without a consumer group.',
    labels: ['Messaging'],
    auth,
    config: Config,
    endpoint: Object.keys(shape) as (keyof typeof shape)[],
    limits: { requestsPerMinute: 60_000, concurrency: TOGETHER },
    continuous: { everySeconds: 1 },
    async check(ctx) {
      const found = await topicsOf(ctx);
      if (found.size === 0)
        throw new ConnectorError('configuration', 'The cluster has none of the topics; check them.');
      return { account: property(ctx.config, 'bootstrap.servers') ?? '' };
    },
  },
  async (ctx) => {
    const topics = [...(await topicsOf(ctx))];
    const partitions = topics.reduce((sum, [, count]) => sum + count, 0);
    return topics.map(([topic, count]) => streamOf(takingTurns(ctx, partitions), topic, count));
  },
);

/** Partitions beyond those that are read at a time would wait until the others have waited long enough for messages. */
function takingTurns(ctx: KafkaContext, partitions: number): KafkaContext {
  const { followMs } = ctx.options;
  if (followMs === undefined) return ctx;
  return { ...ctx, options: { ...ctx.options, followMs: followMs / Math.max(1, Math.ceil(partitions / TOGETHER)) } };
}

const matches = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });

/** The topics to read that the cluster has, with the count of their partitions; its own (`__consumer_offsets`) only when named. */
async function topicsOf(ctx: KafkaContext): Promise<ReadonlyMap<string, number>> {
  const { config, signal } = ctx;
  const [wrong] = conditions(config);
  if (wrong) throw new ConnectorError('configuration', `${wrong.path.join('.')}: ${wrong.message}`);
  const chosen = config.topics.length === 0 ? [config.topicName] : config.topics;
  signal.throwIfAborted();
  const admin = await openAdmin({ ...ctx, settings: config });
  try {
    const all = await admin.listTopics({ includeInternals: true });
    const names = all
      .filter((name) => (name.startsWith('__') ? chosen.includes(name) : matches(chosen, name)))
      .filter((name) => !matches(config.exclude_topics, name))
      .toSorted();
    if (names.length === 0) return new Map();
    const { topics } = await admin.metadata({ topics: names, autocreateTopics: false });
    return new Map(names.map((name) => [name, topics.get(name)?.partitionsCount ?? 0]));
  } catch (error) {
    signal.throwIfAborted();
    throw toConnectorError(error, 'Asking for topics');
  } finally {
    await admin.close().catch(() => undefined);
  }
}

function streamOf(ctx: KafkaContext, topic: string, partitions: number): Stream {
  return {
    name: topic,
    title: topic,
    entityType: entityTypeName('kafka', topic),
    jsonSchema: z.toJSONSchema(Message, { unrepresentable: 'any', io: 'output' }) as JsonObject,
    primaryKey: ['key'],
    incremental: true,
    deletes: 'reported',
    key: (row) => (row as Message).key,
    text: (row) => messageText(ctx.config, row as Message),
    describe: (row) => describeMessage(row as Message),
    fields: (row) => messageFields(row as Message),
    parseCursor: (value) => PartitionCursor.parse(value),
    slices: () =>
      Promise.resolve(
        Array.from({ length: partitions }, (_, partition) => ({ id: `partition=${partition}`, value: { partition } })),
      ),
    read: (since, slice) => {
      const { partition } = SliceValue.parse(slice?.value ?? { partition: 0 });
      return readPartition(ctx, { topic, partition }, since as PartitionCursor | undefined);
    },
  };
}
