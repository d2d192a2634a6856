import { defineConnectionType } from '../../kit/connection-type.ts';
import { conditions, Fields } from './fields.ts';
import type { MessageSender } from './message-sender.ts';
import { openSender } from './open-sender.ts';

/** Sends notifications to a queue or a topic of ActiveMQ. */
export const activeMq = defineConnectionType({
  id: 'activeMq',
  title: 'ActiveMQ',
  description: 'Sends each notification as JSON to a queue or a topic of ActiveMQ, by AMQP 1.0 or STOMP.',
  aliases: ['activemq'],
  fields: Fields,
  conditions,
  notifies: true,
  async test(ctx) {
    const sender = await openSender(ctx);
    await sender.close();
    return { message: `The broker lets us in by ${sender.protocol}` };
  },
  async open(ctx) {
    let line: Promise<MessageSender> | undefined;
    const connected = async (): Promise<MessageSender> => {
      const sender = await (line ??= openSender(ctx));
      if (sender.isOpen) return sender;
      return await (line = openSender(ctx));
    };
    // One message at a time: receipts come in the order of the messages.
    let turn: Promise<unknown> = Promise.resolve();
    return {
      notify(notice) {
        const sent = turn.then(async () => {
          const sender = await connected().catch((error: unknown) => {
            line = undefined;
            throw error;
          });
          await sender.send(notice);
        });
        turn = sent.catch(() => undefined);
        return sent;
      },
      async close() {
        const sender = await line?.catch(() => undefined);
        line = undefined;
        await sender?.close();
      },
    };
  },
});
