import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import {
  flag,
  integer,
  list,
  optionalInteger,
  optionalText,
  optionalTextMap,
  port,
  secretText,
  text,
} from '../../kit/type-fields.ts';

/** What the contract gives as the routing key until there is one. */
const NO_QUEUE = '<queue-name>';
const MAX_INT = 2_147_483_647;

/** Fields and defaults as Apinizer documents the connection type `rabbitMq`; `trustStoreName` is ours. */
export const Fields = z.object({
  hostPortList: list(
    z.object({ host: text({ title: 'Host', default: 'localhost' }), port: port({ title: 'Port', default: 5672 }) }),
    { title: 'Nodes', description: 'They are tried in this order.', min: 1 },
  ),
  connectionFactoryVirtualHost: text({ title: 'Virtual host', default: '/' }),
  authenticationEnabled: flag({ title: 'Log in', description: 'Off: as guest.', default: false }),
  connectionFactoryUsername: optionalText({ title: 'User' }),
  connectionFactoryPassword: secretText({ title: 'Password' }),
  connectionFactoryConnectionTimeout: integer({
    title: 'Time to connect',
    description: 'Milliseconds.',
    default: 60_000,
    min: 1,
    max: MAX_INT,
  }),
  connectionFactoryClientProperties: optionalTextMap({
    title: 'Client properties',
    description: 'Shown by the broker beside the connection.',
  }),
  connectionFactoryRequestedChannelMax: integer({ title: 'Channels at most', default: 2_047, min: 0, max: 65_535 }),
  connectionFactoryRequestedFrameMax: integer({
    title: 'Largest frame',
    description: 'Bytes; 0 takes what the broker offers.',
    default: 0,
    min: 0,
    max: MAX_INT,
  }),
  connectionFactoryRequestedHeartbeat: integer({
    title: 'Heartbeat',
    description: 'Seconds; 0 is none.',
    default: 60,
    min: 0,
    max: 65_535,
  }),
  connectionFactoryUseSslProtocol: flag({ title: 'TLS', default: false }),
  connectionFactorySslProtocol: text({
    title: 'TLS version',
    description: 'The lowest that is taken: TLSv1.3, TLSv1.2, TLSv1.1, TLSv1 or TLS (what Node takes).',
    default: 'TLSv1.2',
  }),
  trustStoreName: optionalText({
    title: 'Trusted certificates',
    description: 'Name of certificates of the project; without it the broker needs a publicly trusted one.',
  }),
  channelExchange: text({ title: 'Exchange', description: 'Empty is the default exchange.', default: '' }),
  channelRoutingKey: text({
    title: 'Routing key',
    description: 'With the default exchange the name of the queue.',
    default: NO_QUEUE,
  }),
  basicPropertiesAppId: text({ title: 'Application id', default: 'apinizer' }),
  basicPropertiesContentType: text({ title: 'Content type', default: 'application/json' }),
  basicPropertiesContentEncoding: optionalText({ title: 'Content encoding' }),
  basicPropertiesDeliveryMode: optionalInteger({
    title: 'Delivery mode',
    description: '1: kept in memory; 2: kept over a restart of the broker.',
    min: 1,
    max: 2,
  }),
  basicPropertiesPriority: optionalInteger({ title: 'Priority', min: 0, max: 255 }),
  basicPropertiesReplyTo: optionalText({ title: 'Reply to' }),
  basicPropertiesExpiration: optionalText({ title: 'Expiration', description: 'Milliseconds, as text.' }),
  basicPropertiesType: optionalText({ title: 'Message type' }),
  basicPropertiesUserId: optionalText({ title: 'User id', description: 'The broker demands the name of the login.' }),
  basicPropertiesClusterId: optionalText({
    title: 'Cluster id',
    description: 'Kept; the protocol has reserved it since version 0-9-1, and the client sends none.',
  }),
});
export type RabbitMqSettings = z.output<typeof Fields>;

/** By the names that the broker's own client uses; `undefined` is what Node takes by itself. */
export const tlsVersions = new Map([
  ['TLSv1.3', 'TLSv1.3'],
  ['TLSv1.2', 'TLSv1.2'],
  ['TLSv1.1', 'TLSv1.1'],
  ['TLSv1', 'TLSv1'],
  ['TLS', undefined],
] as const);

export const isTlsVersion = (name: string): name is 'TLSv1.3' | 'TLSv1.2' | 'TLSv1.1' | 'TLSv1' | 'TLS' =>
  (tlsVersions as ReadonlyMap<string, unknown>).has(name);

/** Whether there is anything to publish to. */
export const hasAddress = ({ channelExchange, channelRoutingKey }: RabbitMqSettings): boolean =>
  channelExchange !== '' || (channelRoutingKey !== '' && channelRoutingKey !== NO_QUEUE);

export function conditions(settings: RabbitMqSettings): readonly ConditionIssue[] {
  const { authenticationEnabled, connectionFactoryUsername: user, connectionFactoryPassword: password } = settings;
  const version = settings.connectionFactorySslProtocol;
  const issues: ConditionIssue[] = [];
  if (authenticationEnabled === true && user === null)
    issues.push({ path: ['connectionFactoryUsername'], message: 'Give the user to log in as.' });
  if (authenticationEnabled === true && password === null)
    issues.push({ path: ['connectionFactoryPassword'], message: 'Give the password of the user.' });
  if (!hasPlaceholder(version) && !isTlsVersion(version))
    issues.push({
      path: ['connectionFactorySslProtocol'],
      message: `Give one of ${[...tlsVersions.keys()].join(', ')}.`,
    });
  const { basicPropertiesExpiration: expiration } = settings;
  if (expiration !== null && !hasPlaceholder(expiration) && !/^\d+$/.test(expiration))
    issues.push({ path: ['basicPropertiesExpiration'], message: 'Give whole milliseconds, for example 60000.' });
  return issues;
}
