import type { Producer } from '@platformatic/kafka';
import { defineConnectionType } from '../../kit/connection-type.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { clientOptions } from './client-options.ts';
import { conditions, Fields, type KafkaSettings } from './fields.ts';
import { toConnectorError } from './kafka-error.ts';
import { loadKafka } from './load-kafka.ts';
import { openProducer } from './open-client.ts';

/** Publishes notifications to a topic of Kafka. */
export const kafka = defineConnectionType({
  id: 'kafka',
  title: 'Kafka',
  description: 'Publishes each notification as JSON to a topic of Kafka.',
  fields: Fields,
  conditions,
  keyMaterialFields: ['keyStoreName', 'trustStoreName'],
  notifies: true,
  test,
  async open(ctx) {
    await loadKafka();
    await clientOptions(ctx.settings, ctx.keyMaterial);
    let line: Promise<Producer> | undefined;
    const topic = ctx.settings.topicName;
    return {
      async notify(notice) {
        const producer = await (line ??= openProducer(ctx));
        try {
          const message = {
            topic,
            key: Buffer.from(notice.id),
            value: Buffer.from(JSON.stringify(notice)),
            headers: new Map([[Buffer.from('notice-kind'), Buffer.from(notice.kind)]]),
            timestamp: BigInt(notice.at),
          };
          await producer.send({ messages: [message] });
        } catch (error) {
          // The library keeps what it knows of the cluster; after a fault it is asked anew.
          line = undefined;
          await producer.close().catch(() => undefined);
          throw toConnectorError(error, `Publishing to ${topic}`);
        }
      },
      async close() {
        const producer = await line?.catch(() => undefined);
        line = undefined;
        await producer?.close().catch(() => undefined);
      },
    };
  },
});

/** Logs in and asks for the topic; a broker may make topics that are asked for, so it is asked not to. */
async function test(ctx: TypeContext<KafkaSettings>): Promise<{ readonly message: string }> {
  const { topicName: topic } = ctx.settings;
  const producer = await openProducer(ctx);
  try {
    const { brokers, topics } = await producer.metadata({ topics: [topic], autocreateTopics: false });
    const partitions = topics.get(topic)?.partitionsCount ?? 0;
    return {
      message: `The cluster of ${brokers.size} broker(s) has the topic ${topic} with ${partitions} partition(s)`,
    };
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw toConnectorError(error, `Asking for the topic ${topic}`);
  } finally {
    await producer.close().catch(() => undefined);
  }
}
