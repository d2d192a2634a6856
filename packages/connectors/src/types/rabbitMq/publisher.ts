import type { ChannelModel, ConfirmChannel, Options } from 'amqplib';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { OpenConnection, TypeContext } from '../../kit/connection-type.ts';
import type { Notice } from '../../kit/notice.ts';
import { hasAddress, type RabbitMqSettings } from './fields.ts';
import { openConnection, toConnectorError } from './open-connection.ts';

interface Line {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  /** Ids of messages that came back since no queue takes them; the broker says so before it confirms them. */
  readonly returned: Set<string>;
}

/** Connects with the first notice, and again after a loss; a notice is sent when the broker has confirmed it. */
export function createPublisher(ctx: TypeContext<RabbitMqSettings>): OpenConnection {
  let line: Promise<Line> | undefined;
  const connected = (): Promise<Line> => {
    const opening = line ?? openLine(ctx, () => (line = undefined));
    opening.catch(() => (line = undefined));
    return (line = opening);
  };
  return {
    async notify(notice) {
      if (!hasAddress(ctx.settings))
        throw new ConnectorError('configuration', 'Give an exchange, or the name of a queue as channelRoutingKey.');
      await publish(await connected(), ctx.settings, notice);
    },
    async close() {
      const open = await line?.catch(() => undefined);
      line = undefined;
      await open?.connection.close().catch(() => undefined);
    },
  };
}

async function openLine(ctx: TypeContext<RabbitMqSettings>, lost: () => void): Promise<Line> {
  const connection = await openConnection(ctx);
  connection.once('close', lost);
  try {
    const channel = await connection.createConfirmChannel();
    const returned = new Set<string>();
    channel.on('error', () => undefined);
    // A channel is closed by what it could not do; the next notice opens another.
    channel.once('close', () => void connection.close().catch(() => undefined));
    channel.on('return', ({ properties }) => returned.add(String(properties.messageId)));
    return { connection, channel, returned };
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw toConnectorError(error, 'Opening a channel', ctx.settings);
  }
}

async function publish({ channel, returned }: Line, settings: RabbitMqSettings, notice: Notice): Promise<void> {
  const { channelExchange: exchange, channelRoutingKey: key } = settings;
  const where = exchange === '' ? `The queue ${key}` : `The exchange ${exchange}`;
  try {
    const content = Buffer.from(JSON.stringify(notice));
    await confirmed(channel, (settle) =>
      channel.publish(exchange, key, content, propertiesOf(settings, notice), settle),
    );
  } catch (error) {
    throw toConnectorError(error, where, settings);
  }
  if (returned.delete(notice.id))
    throw new ConnectorError(
      'configuration',
      `${where}: no queue takes messages with the routing key ${key}; make one, or bind it.`,
    );
}

/** Resolves when the broker confirms; a channel that it closes says so by an event, and confirms nothing any more. */
function confirmed(channel: ConfirmChannel, send: (settle: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      channel.off('error', settle).off('close', closed);
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('the broker did not take it'));
    };
    const closed = (): void => settle(new Error('the channel was closed'));
    channel.once('error', settle).once('close', closed);
    send(settle);
  });
}

function propertiesOf(settings: RabbitMqSettings, notice: Notice): Options.Publish {
  const given = {
    contentEncoding: settings.basicPropertiesContentEncoding,
    deliveryMode: settings.basicPropertiesDeliveryMode,
    priority: settings.basicPropertiesPriority,
    replyTo: settings.basicPropertiesReplyTo,
    expiration: settings.basicPropertiesExpiration,
    type: settings.basicPropertiesType,
    userId: settings.basicPropertiesUserId,
  };
  return {
    appId: settings.basicPropertiesAppId,
    contentType: settings.basicPropertiesContentType,
    messageId: notice.id,
    // Seconds, as AMQP has it.
    timestamp: Math.floor(notice.at / 1_000),
    mandatory: true,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)) as Options.Publish),
  };
}
