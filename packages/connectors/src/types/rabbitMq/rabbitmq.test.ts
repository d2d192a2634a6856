import { readFile } from 'node:fs/promises';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { freePort } from '../../testing/owned-process.ts';
import { type RunningRabbitMq, startRabbitMq } from '../../testing/rabbitmq-server.ts';
import { probeType, testNotice, type TypeProbeOptions } from '../../testing/type-probe.ts';
import { certificatePem } from '../../testing/trusted-certificate.ts';
import { rabbitMq } from './index.ts';

const program = findDebianProgram('rabbitmq-server', 'rabbitmq-server');
const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

describe.skipIf(program === undefined)('RabbitMQ', () => {
  let server: RunningRabbitMq;
  let pem: string;
  let other: ChannelModel;
  let channel: Channel;

  beforeAll(async () => {
    if (program === undefined) return;
    pem = await readFile(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
    server = await startRabbitMq({ tls: pem });
    other = await connect({
      hostname: server.host,
      port: server.port,
      username: server.user,
      password: server.password,
    });
    channel = await other.createChannel();
    await channel.assertQueue('notices');
    await channel.assertExchange('lonely', 'direct');
  });
  afterAll(async () => {
    await other?.close();
    await server?.stop();
  });

  const settings = (more: JsonObject = {}): JsonObject => ({
    hostPortList: [{ host: server.host, port: server.port }],
    authenticationEnabled: true,
    connectionFactoryUsername: server.user,
    connectionFactoryPassword: server.password,
    channelRoutingKey: 'notices',
    ...more,
  });
  const check = (more?: JsonObject, options?: TypeProbeOptions) =>
    rabbitMq.test(probeType(rabbitMq, settings(more), options));
  const open = (more?: JsonObject) => rabbitMq.open(probeType(rabbitMq, settings(more)));

  test('is asked for its queue or exchange, and nothing is changed there', async () => {
    expect((await check()).message).toContain('queue notices');
    expect((await check({ channelExchange: 'lonely' })).message).toContain('exchange lonely');
    expect((await check({ channelRoutingKey: null })).message).toContain('no exchange or queue is given yet');
    const absent = { reason: 'configuration', message: expect.stringContaining('The queue absent') };
    await expect(check({ channelRoutingKey: 'absent' })).rejects.toMatchObject(absent);
    await expect(channel.checkQueue('notices')).resolves.toMatchObject({ messageCount: 0, consumerCount: 0 });
  });

  test('takes notices with the properties of the connection', async () => {
    const connection = await open({
      basicPropertiesDeliveryMode: 2,
      basicPropertiesPriority: 3,
      basicPropertiesExpiration: '60000',
      basicPropertiesType: 'notice',
      basicPropertiesUserId: server.user,
      basicPropertiesReplyTo: 'answers',
      basicPropertiesContentEncoding: 'utf-8',
      connectionFactoryClientProperties: { team: 'blue' },
    });
    const notice = testNotice();
    await connection.notify?.(notice);
    await connection.notify?.(testNotice());
    const message = await channel.get('notices', { noAck: true });
    if (message === false) throw new Error('nothing came');
    expect(JSON.parse(message.content.toString('utf8'))).toEqual(notice);
    expect(message.properties).toMatchObject({
      appId: 'apinizer',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      deliveryMode: 2,
      priority: 3,
      expiration: '60000',
      type: 'notice',
      userId: server.user,
      replyTo: 'answers',
      messageId: notice.id,
      timestamp: notice.at / 1_000,
    });
    await connection.close();
    await connection.close();
    await channel.purgeQueue('notices');
  });

  test('that has no queue for a notice is an error, and the next one is tried anew', async () => {
    const unrouted = await open({ channelExchange: 'lonely', channelRoutingKey: 'nowhere' });
    const error = { reason: 'configuration', message: expect.stringContaining('no queue takes') };
    await expect(unrouted.notify?.(testNotice())).rejects.toMatchObject(error);
    await expect(unrouted.notify?.(testNotice())).rejects.toMatchObject(error);
    await channel.bindQueue('notices', 'lonely', 'nowhere');
    await unrouted.notify?.(testNotice());
    await unrouted.close();
    const absent = await open({ channelExchange: 'absent' });
    await expect(absent.notify?.(testNotice())).rejects.toMatchObject({ reason: 'configuration' });
    await channel.assertExchange('absent', 'fanout');
    await channel.bindQueue('notices', 'absent', '');
    await absent.notify?.(testNotice());
    await absent.close();
    await expect((await open({ channelRoutingKey: null })).notify?.(testNotice())).rejects.toThrow('channelRoutingKey');
  });

  test('refuses a wrong password and a foreign virtual host, each by its name', async () => {
    const wrong = check({ connectionFactoryPassword: 'not-the-canary-0815' });
    await expect(wrong).rejects.toMatchObject({ reason: 'credential' });
    await expect(wrong).rejects.not.toThrow('not-the-canary-0815');
    const host = check({ connectionFactoryVirtualHost: '/else where' });
    await expect(host).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('/else where'),
    });
  });

  test('is asked at its next node when one is down', async () => {
    const hostPortList = [
      { host: server.host, port: await freePort() },
      { host: server.host, port: server.port },
    ];
    expect((await check({ hostPortList })).message).toContain('lets us in');
    const down = check({ hostPortList: hostPortList.slice(0, 1) });
    await expect(down).rejects.toMatchObject({ reason: 'unavailable' });
  });

  test('is spoken to in TLS with the certificates that the project trusts', async () => {
    const more = { connectionFactoryUseSslProtocol: true, trustStoreName: 'brokers' };
    const at = (host: string) => ({ ...more, hostPortList: [{ host, port: server.tlsPort }] });
    const options = { lookup, keyMaterial: [{ name: 'brokers', certificates: pem }] };
    expect((await check(at('db.example.test'), options)).message).toContain('queue notices');
    const untrusted = { reason: 'configuration', message: expect.stringContaining('trustStoreName') };
    await expect(check({ ...at('db.example.test'), trustStoreName: null }, options)).rejects.toMatchObject(untrusted);
    await expect(check(at('other.example.test'), options)).rejects.toMatchObject(untrusted);
  });

  test('is not dialled at a private address, unless the operator allows it', async () => {
    await expect(check({}, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
    const named = { hostPortList: [{ host: 'db.example.test', port: server.port }] };
    await expect(check(named, { allow: [], lookup })).rejects.toMatchObject({ reason: 'refused' });
  });
});

test('fields that need each other are asked for', () => {
  const parsed = rabbitMq.fields.parse({
    hostPortList: [{}],
    authenticationEnabled: true,
    connectionFactorySslProtocol: 'SSL',
    basicPropertiesExpiration: 'soon',
  });
  expect(rabbitMq.conditions?.(parsed).map(({ path }) => path[0])).toEqual([
    'connectionFactoryUsername',
    'connectionFactoryPassword',
    'connectionFactorySslProtocol',
    'basicPropertiesExpiration',
  ]);
  expect(rabbitMq.fields.safeParse({ hostPortList: [] }).success).toBe(false);
  expect(rabbitMq.fields.safeParse({ hostPortList: [{ port: 70_000 }] }).success).toBe(false);
  expect(rabbitMq.fields.safeParse({ hostPortList: [{}], basicPropertiesPriority: 256 }).success).toBe(false);
});

const CANARY = 'canary-rabbit-4711';
const keyMaterial = [{ name: 'brokers', certificates: certificatePem }];
describeConnectionType(rabbitMq, {
  least: { hostPortList: [{}] },
  full: {
    hostPortList: [{ host: 'mq.example.test', port: 5673 }],
    connectionFactoryVirtualHost: '/blue',
    authenticationEnabled: true,
    connectionFactoryUsername: 'ann',
    connectionFactoryPassword: CANARY,
    connectionFactoryConnectionTimeout: 5_000,
    connectionFactoryClientProperties: { team: 'blue' },
    connectionFactoryRequestedChannelMax: 100,
    connectionFactoryRequestedFrameMax: 65_536,
    connectionFactoryRequestedHeartbeat: 30,
    connectionFactoryUseSslProtocol: true,
    connectionFactorySslProtocol: 'TLSv1.3',
    trustStoreName: 'brokers',
    channelExchange: 'notices',
    channelRoutingKey: 'sync',
    basicPropertiesAppId: 'tributary',
    basicPropertiesContentType: 'text/json',
    basicPropertiesContentEncoding: 'utf-8',
    basicPropertiesDeliveryMode: 2,
    basicPropertiesPriority: 5,
    basicPropertiesReplyTo: 'answers',
    basicPropertiesExpiration: '60000',
    basicPropertiesType: 'notice',
    basicPropertiesUserId: 'ann',
    basicPropertiesClusterId: 'blue',
  },
  canaries: [CANARY],
  unfit: {
    'a login without a user': { settings: { authenticationEnabled: true }, field: 'connectionFactoryUsername' },
    'an unknown TLS version': {
      settings: { connectionFactorySslProtocol: 'SSL' },
      field: 'connectionFactorySslProtocol',
    },
    'an expiration in words': { settings: { basicPropertiesExpiration: 'soon' }, field: 'basicPropertiesExpiration' },
  },
  around: { keyMaterial },
  network: {
    at: (host, port) => ({ hostPortList: [{ host, port }] }),
    impatient: { connectionFactoryConnectionTimeout: 200 },
  },
  live:
    program === undefined
      ? undefined
      : async () => {
          const server = await startRabbitMq();
          const { host, port, user, password } = server;
          const other = await connect({ hostname: host, port, username: user, password });
          const channel = await other.createChannel();
          await channel.assertQueue('notices');
          const bodies: string[] = [];
          await channel.consume('notices', (message) => void bodies.push(String(message?.content)), { noAck: true });
          return {
            settings: {
              hostPortList: [{ host, port }],
              authenticationEnabled: true,
              connectionFactoryUsername: user,
              connectionFactoryPassword: password,
              channelRoutingKey: 'notices',
            },
            refusedCredentials: { connectionFactoryPassword: 'not-the-canary-0815' },
            received: (title) => vi.waitFor(() => expect(bodies.join()).toContain(title), 20_000),
            async stop() {
              await other.close();
              await server.stop();
            },
          };
        },
});
