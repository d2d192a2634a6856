import { defineConnectionType } from '../../kit/connection-type.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import { conditions, Fields, hasAddress, type RabbitMqSettings } from './fields.ts';
import { loadAmqplib, openConnection, toConnectorError } from './open-connection.ts';
import { createPublisher } from './publisher.ts';

/** Publishes notifications to an exchange or a queue of RabbitMQ. */
export const rabbitMq = defineConnectionType({
  id: 'rabbitMq',
  title: 'RabbitMQ',
  description: 'Publishes each notification as JSON to an exchange or a queue of RabbitMQ (AMQP 0-9-1).',
  fields: Fields,
  conditions,
  keyMaterialFields: ['trustStoreName'],
  notifies: true,
  test,
  async open(ctx) {
    await loadAmqplib();
    return createPublisher(ctx);
  },
});

/** Logs in, and asks passively for the exchange or the queue. */
async function test(ctx: TypeContext<RabbitMqSettings>): Promise<{ readonly message: string }> {
  const { settings } = ctx;
  const connection = await openConnection(ctx);
  const { channelExchange: exchange, channelRoutingKey: key } = settings;
  const target = exchange === '' ? `queue ${key}` : `exchange ${exchange}`;
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    if (!hasAddress(settings)) return { message: 'The broker lets us in; no exchange or queue is given yet' };
    await (exchange === '' ? channel.checkQueue(key) : channel.checkExchange(exchange));
    return { message: `The broker lets us in and has the ${target}` };
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ConnectorError) throw error;
    throw toConnectorError(error, `The ${target}`, settings);
  } finally {
    await connection.close().catch(() => undefined);
  }
}
