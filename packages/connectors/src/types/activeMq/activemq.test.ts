import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect as connectRabbit, type Channel, type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { type RunningActiveMq, startActiveMq } from '../../testing/activemq-server.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { freePort } from '../../testing/owned-process.ts';
import { type RunningRabbitMq, startRabbitMq } from '../../testing/rabbitmq-server.ts';
import { probeType, testNotice, type TypeProbeOptions } from '../../testing/type-probe.ts';
import { brokersOf } from './broker-url.ts';
import { activeMq } from './index.ts';
import { encodeFrame, FrameReader, type StompFrame } from './stomp-frame.ts';
import { connect } from 'node:net';

const broker = findDebianProgram('activemq', 'activemq');
const rabbit = findDebianProgram('rabbitmq-server', 'rabbitmq-server');

const base = { activeMqConnectionProtocolType: 'TCP', destinationType: 'QUEUE', destinationName: 'notices' };
const check = (settings: JsonObject, options?: TypeProbeOptions) =>
  activeMq.test(probeType(activeMq, { ...base, ...settings }, options));
const open = (settings: JsonObject) => activeMq.open(probeType(activeMq, { ...base, ...settings }));

/** Another program that reads a destination by STOMP; gives the frames that came until there are so many. */
async function subscribe(port: number, login: Record<string, string>, destination: string) {
  const socket = connect(port, '127.0.0.1');
  const reader = new FrameReader();
  const frames: StompFrame[] = [];
  socket.on('data', (bytes) => frames.push(...reader.take(bytes)));
  const wait = async (command: string) => {
    for (;;) {
      const at = frames.findIndex((frame) => frame.command === command);
      if (at >= 0) return frames.splice(at, 1)[0] as StompFrame;
      await once(socket, 'data');
    }
  };
  socket.write(encodeFrame('CONNECT', { 'accept-version': '1.2', host: '/', ...login }));
  await wait('CONNECTED');
  socket.write(encodeFrame('SUBSCRIBE', { id: '0', destination, ack: 'auto', receipt: 'r' }));
  await wait('RECEIPT');
  return { next: () => wait('MESSAGE'), end: () => socket.destroy() };
}

describe.skipIf(broker === undefined)('ActiveMQ', () => {
  let server: RunningActiveMq;
  let login: { username: string; password: string };
  beforeAll(async () => {
    if (broker === undefined) return;
    server = await startActiveMq();
    login = { username: server.user, password: server.password };
  });
  afterAll(() => server?.stop());
  const at = (port: number) => ({ brokerURL: `tcp://127.0.0.1:${port}`, ...login });

  test('is spoken to by STOMP at its port for that, and at one that takes every protocol', async () => {
    expect(await check(at(server.stompPort))).toEqual({ message: 'The broker lets us in by STOMP' });
    expect(await check(at(server.autoPort))).toEqual({ message: 'The broker lets us in by STOMP' });
  });

  test.each(['QUEUE', 'TOPIC'])('takes notices for a %s, as text', async (destinationType) => {
    const destination = `/${destinationType.toLowerCase()}/alerts: one`;
    const stomp = { login: login.username, passcode: login.password };
    const reader = await subscribe(server.stompPort, stomp, destination);
    const connection = await open({
      ...at(server.autoPort),
      destinationType,
      destinationName: 'alerts: one',
      clientID: `c-${destinationType}`,
    });
    const notices = [testNotice({ title: 'Größe: 1\\2' }), testNotice()];
    await Promise.all(notices.map(async (notice) => await connection.notify?.(notice)));
    for (const notice of notices) {
      const message = await reader.next();
      expect(JSON.parse(message.body)).toEqual(notice);
      expect(message.headers).toMatchObject({ destination, persistent: 'true', 'notice-id': notice.id });
      expect(message.headers['content-length']).toBeUndefined();
    }
    await connection.close();
    await connection.close();
    reader.end();
  });

  test('that speaks OpenWire only says what to do', async () => {
    const said = { reason: 'configuration', message: expect.stringMatching(/OpenWire only.*STOMP or AMQP connector/) };
    await expect(check(at(server.openWirePort))).rejects.toMatchObject(said);
  });

  test('that refuses the login is told apart, and the password is not said', async () => {
    const wrong = check({ ...at(server.stompPort), password: 'not-the-canary-0815' });
    await expect(wrong).rejects.toMatchObject({ reason: 'credential', message: expect.stringContaining('ann') });
    await expect(wrong).rejects.not.toThrow('not-the-canary-0815');
  });

  test('is asked at its next address when one is down, and at no private one that is not allowed', async () => {
    const brokerURL = `failover:(tcp://127.0.0.1:${await freePort()},tcp://127.0.0.1:${server.stompPort})?randomize=false`;
    expect((await check({ ...login, brokerURL })).message).toContain('STOMP');
    await expect(check(at(server.stompPort), { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
    await expect(check(at(await freePort()))).rejects.toMatchObject({ reason: 'unavailable' });
  });
});

describe.skipIf(rabbit === undefined)('AMQP 1.0', () => {
  let server: RunningRabbitMq;
  let other: ChannelModel;
  let channel: Channel;
  let settings: JsonObject;
  beforeAll(async () => {
    if (rabbit === undefined) return;
    server = await startRabbitMq();
    other = await connectRabbit({
      hostname: server.host,
      port: server.port,
      username: server.user,
      password: server.password,
    });
    channel = await other.createChannel();
    await channel.assertQueue('notices');
    settings = {
      activeMqConnectionProtocolType: 'AMQP',
      brokerURL: `amqp://${server.host}:${server.port}`,
      username: server.user,
      password: server.password,
    };
  });
  afterAll(async () => {
    await other?.close();
    await server?.stop();
  });

  test('carries notices, several over one line', async () => {
    const connection = await open({ ...settings, contentType: 'application/json' });
    const notices = [testNotice(), testNotice()];
    for (const notice of notices) await connection.notify?.(notice);
    const bodies: unknown[] = [];
    for (const _ of notices) {
      const message = await channel.get('notices', { noAck: true });
      if (message) bodies.push(JSON.parse(message.content.subarray(message.content.indexOf('{')).toString('utf8')));
    }
    expect(bodies).toEqual(notices);
    await connection.close();
    await connection.close();
  });

  test('is found behind a TCP address when STOMP is not spoken there, and STOMP where it is', async () => {
    const tcp = (port: number) => ({
      ...settings,
      activeMqConnectionProtocolType: 'TCP',
      brokerURL: `tcp://${server.host}:${port}`,
    });
    expect((await check(tcp(server.port))).message).toContain('AMQP 1.0');
    expect((await check(tcp(server.stompPort))).message).toContain('STOMP');
  });

  test('says what is wrong: login, protocol, address', async () => {
    const wrong = check({ ...settings, password: 'not-the-canary-0815' });
    await expect(wrong).rejects.toMatchObject({ reason: 'credential' });
    await expect(wrong).rejects.not.toThrow('not-the-canary-0815');
    const stomp = check({ ...settings, brokerURL: `amqp://${server.host}:${server.stompPort}`, requestTimeout: 3_000 });
    await expect(stomp).rejects.toMatchObject({ name: 'ConnectorError' });
    await expect(check(settings, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
    await channel.assertQueue('passing', { durable: false });
    const absent = await open({ ...settings, destinationName: 'passing' });
    const said = { reason: 'configuration', message: expect.stringContaining('passing') };
    await expect(absent.notify?.(testNotice())).rejects.toMatchObject(said);
    await channel.deleteQueue('passing');
    await absent.notify?.(testNotice());
    await expect(channel.checkQueue('passing')).resolves.toMatchObject({ messageCount: 1 });
    await absent.close();
  });
});

test('OpenWire is known too when the line is closed on STOMP before a word of it is said', async () => {
  let lines = 0;
  const hello = Buffer.concat([Buffer.from([0, 0, 0, 9, 1]), Buffer.from('ActiveMQ'), Buffer.alloc(8)]);
  const broker = createServer((socket) => {
    const isFirst = lines++ === 0;
    socket.on('error', () => undefined).once('data', () => (isFirst ? socket.destroy() : socket.end(hello)));
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const { port } = broker.address() as AddressInfo;
  const said = { reason: 'configuration', message: expect.stringMatching(/OpenWire only.*STOMP or AMQP connector/) };
  await expect(check({ brokerURL: `tcp://127.0.0.1:${port}` })).rejects.toMatchObject(said);
  expect(lines).toBe(2);
  broker.close();
});

test('a port that says nothing is given up', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const settings = { brokerURL: `tcp://127.0.0.1:${port}`, requestTimeout: 200 };
  await expect(check(settings)).rejects.toMatchObject({ reason: 'unavailable' });
  silent.close();
});

test.each([
  ['tcp://mq:61613', { host: 'mq', port: 61_613, isTls: false }],
  ['ssl://[2001:db8::1]:61614?daemon=true', { host: '2001:db8::1', port: 61_614, isTls: true }],
  ['amqp://mq', { host: 'mq', port: 5_672, isTls: false }],
  ['AMQPS://mq:80', { host: 'mq', port: 80, isTls: true }],
  ['http://mq', undefined],
  ['tcp://user:pw@mq:1', undefined],
])('the address %s is understood', (address, broker) => {
  expect(brokersOf(address)).toEqual(broker && [broker]);
});

test('fields that do not fit each other are told', () => {
  const issues = (more: object) =>
    activeMq
      .conditions?.(activeMq.fields.parse({ ...base, brokerURL: 'tcp://mq:1', ...more }))
      .map(({ path }) => path[0]);
  expect(issues({})).toEqual([]);
  expect(issues({ brokerURL: 'http://mq' })).toEqual(['brokerURL']);
  expect(issues({ brokerURL: '${broker}' })).toEqual([]);
  expect(issues({ brokerURL: 'amqp://mq' })).toEqual(['activeMqConnectionProtocolType']);
  expect(issues({ password: 'x' })).toEqual(['username']);
});

test('frames that come in pieces are put together', () => {
  const reader = new FrameReader();
  const bytes = Buffer.concat([
    Buffer.from('\n\n'),
    Buffer.from('MESSAGE\r\nkey:a\\cb\r\nkey:second\r\ncontent-length:3\r\n\r\na\0b\0\n'),
    encodeFrame('RECEIPT', { 'receipt-id': 'ä\n:' }),
  ]);
  const frames = [...bytes].flatMap((byte) => reader.take(Buffer.from([byte])));
  expect(frames).toEqual([
    { command: 'MESSAGE', headers: { key: 'a:b', 'content-length': '3' }, body: 'a\0b' },
    { command: 'RECEIPT', headers: { 'receipt-id': 'ä\n:' }, body: '' },
  ]);
});

const CANARY = 'canary-active-4711';
describeConnectionType(activeMq, {
  least: { ...base, brokerURL: 'tcp://mq.example.test:61613' },
  full: {
    activeMqConnectionProtocolType: 'AMQP',
    brokerURL: 'amqp://mq.example.test:5672',
    username: 'ann',
    password: CANARY,
    destinationType: 'TOPIC',
    destinationName: 'notices',
    sessionAcknowledgement: 'CLIENT_ACKNOWLEDGE',
    sendTimeout: 5_000,
    requestTimeout: 5_000,
    closeTimeout: 1_000,
    connectTimeout: 5_000,
    contentType: 'application/json',
    clientID: 'tributary-1',
    contentEncoding: 'utf-8',
  },
  canaries: [CANARY],
  unfit: {
    'an address of another kind': { settings: { brokerURL: 'http://mq' }, field: 'brokerURL' },
    'AMQP by TCP': { settings: { brokerURL: 'amqp://mq' }, field: 'activeMqConnectionProtocolType' },
    'a password of nobody': { settings: { password: 'x' }, field: 'username' },
  },
  network: {
    at: (host, port) => ({ brokerURL: `amqp://${host}:${port}` }),
    impatient: { requestTimeout: 200 },
  },
  live:
    broker === undefined
      ? undefined
      : async () => {
          const server = await startActiveMq();
          const stomp = { login: server.user, passcode: server.password };
          const reader = await subscribe(server.stompPort, stomp, '/queue/notices');
          return {
            settings: {
              ...base,
              brokerURL: `tcp://${server.host}:${server.autoPort}`,
              username: server.user,
              password: server.password,
            },
            refusedCredentials: { password: 'not-the-canary-0815' },
            received: async (title) => expect((await reader.next()).body).toContain(title),
            async stop() {
              reader.end();
              await server.stop();
            },
          };
        },
});
