import { ConnectorError } from '../../kit/connector-error.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import { openAmqp } from './amqp-client.ts';
import { type Broker, brokersOf } from './broker-url.ts';
import type { ActiveMqSettings } from './fields.ts';
import type { MessageSender } from './message-sender.ts';
import { openStomp } from './stomp-client.ts';

/** A line to the first of the brokers that answers. Throws `ConnectorError`, of the last of them. */
export async function openSender(ctx: TypeContext<ActiveMqSettings>): Promise<MessageSender> {
  let last: unknown = new ConnectorError('configuration', 'brokerURL names no broker.');
  for (const broker of brokersOf(ctx.settings.brokerURL) ?? []) {
    try {
      return await openBroker(ctx, broker);
    } catch (error) {
      ctx.signal.throwIfAborted();
      last = error;
      if (!(error instanceof ConnectorError) || error.reason !== 'unavailable') throw error;
      last = new ConnectorError('unavailable', `${error.message} Check brokerURL, and that the broker runs.`, {
        cause: error,
      });
    }
  }
  throw last;
}

/** `TCP` is the Java client's OpenWire, which we do not have; most ports that take it also take STOMP or AMQP. */
async function openBroker(ctx: TypeContext<ActiveMqSettings>, broker: Broker): Promise<MessageSender> {
  if (ctx.settings.activeMqConnectionProtocolType === 'AMQP') return openAmqp(ctx, broker);
  return (await openStomp(ctx, broker)) ?? (await openAmqp(ctx, broker));
}
