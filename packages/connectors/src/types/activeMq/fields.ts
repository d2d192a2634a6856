import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { choice, integer, optionalText, requiredChoice, requiredText, secretText } from '../../kit/type-fields.ts';
import { brokersOf } from './broker-url.ts';

const milliseconds = (title: string) =>
  integer({ title, description: 'Milliseconds.', default: 60_000, min: 1, max: Number.MAX_SAFE_INTEGER });

/** Fields and defaults as Apinizer documents the connection type `activeMq`. */
export const Fields = z.object({
  activeMqConnectionProtocolType: requiredChoice(['TCP', 'AMQP'], {
    title: 'Protocol',
    description: 'AMQP 1.0, or TCP: STOMP or AMQP, whichever the port answers. OpenWire is not spoken.',
  }),
  brokerURL: requiredText({
    title: 'Broker',
    description:
      'For example tcp://mq.example.com:61613 or amqp://mq.example.com:5672; ssl:// and amqps:// are in TLS.',
  }),
  username: optionalText({ title: 'User' }),
  password: secretText({ title: 'Password' }),
  destinationType: requiredChoice(['QUEUE', 'TOPIC'], { title: 'Kind of destination' }),
  destinationName: requiredText({ title: 'Destination' }),
  sessionAcknowledgement: choice(
    ['AUTO_ACKNOWLEDGE', 'CLIENT_ACKNOWLEDGE', 'DUPS_OK_ACKNOWLEDGE', 'SESSION_TRANSACTED'],
    {
      title: 'Acknowledgement',
      description: 'How received messages are acknowledged. We send only, and wait for the broker’s receipt each time.',
      default: 'AUTO_ACKNOWLEDGE',
    },
  ),
  sendTimeout: milliseconds('Time to send'),
  requestTimeout: milliseconds('Time for an answer'),
  closeTimeout: milliseconds('Time to close'),
  connectTimeout: milliseconds('Time to connect'),
  contentType: optionalText({ title: 'Content type' }),
  clientID: optionalText({ title: 'Client id' }),
  contentEncoding: optionalText({ title: 'Content encoding' }),
});
export type ActiveMqSettings = z.output<typeof Fields>;

export function conditions(settings: ActiveMqSettings): readonly ConditionIssue[] {
  const { activeMqConnectionProtocolType: protocol, brokerURL } = settings;
  const issues: ConditionIssue[] = [];
  if (!hasPlaceholder(brokerURL) && brokersOf(brokerURL) === undefined)
    issues.push({
      path: ['brokerURL'],
      message:
        'Give tcp://host:port, ssl://host:port, amqp://host:port or amqps://host:port, without user and password.',
    });
  else if (protocol === 'TCP' && /^amqps?:/i.test(brokerURL))
    issues.push({
      path: ['activeMqConnectionProtocolType'],
      message: 'Choose AMQP for an address that begins with amqp.',
    });
  if (settings.username === null && settings.password !== null)
    issues.push({ path: ['username'], message: 'Give the user that the password belongs to.' });
  return issues;
}
