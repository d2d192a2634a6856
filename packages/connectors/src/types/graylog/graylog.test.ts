import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gunzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Notice } from '../../kit/notice.ts';
import { Secret } from '../../kit/secret.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import type { TrialSurroundings } from '../../kit/testing-type-trial.ts';
import { certificateHost, certificatePem } from '../../testing/trusted-certificate.ts';
import { Fields } from './fields.ts';
import { Gate } from './gate.ts';
import { gelfMessage, packetsOf } from './gelf.ts';
import { graylog } from './index.ts';
import { trustedChain } from './trusted-chain.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Messages as a server reads them: decompressed, put together, parsed. */
interface Received {
  readonly port: number;
  readonly messages: JsonObject[];
  readonly packets: Buffer[];
  stop(): Promise<void>;
}

/** Puts chunks together, whatever their order; gives the message once it is whole. */
function assembler(): (packet: Buffer) => Buffer | undefined {
  const parts = new Map<string, Map<number, Buffer>>();
  return (packet) => {
    if (packet.readUInt16BE(0) !== 0x1e0f) return packet;
    const id = packet.subarray(2, 10).toString('hex');
    const [place = 0, count = 0] = packet.subarray(10, 12);
    const known = parts.get(id) ?? new Map<number, Buffer>();
    parts.set(id, known.set(place, packet.subarray(12)));
    return known.size < count ? undefined : Buffer.concat(Array.from({ length: count }, (_, at) => known.get(at)!));
  };
}

function readMessage(bytes: Buffer): JsonObject {
  const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes[0] === 0x78 ? inflateSync(bytes) : bytes;
  return JSON.parse(plain.toString('utf8')) as JsonObject;
}

async function receiveUdp(): Promise<Received> {
  const socket = createSocket('udp4');
  const [messages, packets, assemble]: [JsonObject[], Buffer[], ReturnType<typeof assembler>] = [[], [], assembler()];
  socket.on('message', (packet) => {
    packets.push(packet);
    const whole = packet.length === 0 ? undefined : assemble(packet);
    if (whole) messages.push(readMessage(whole));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stop = async (): Promise<void> => {
    socket.close();
    await once(socket, 'close');
  };
  return { port: socket.address().port, messages, packets, stop };
}

async function receiveTcp(server: Server, port = 0, messages: JsonObject[] = []): Promise<Received> {
  const sockets: Socket[] = [];
  const listen = (socket: Socket): void => {
    let rest = Buffer.alloc(0);
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        messages.push(readMessage(rest.subarray(0, end)));
        rest = rest.subarray(end + 1);
      }
    });
  };
  server.on('cert' in server || 'setSecureContext' in server ? 'secureConnection' : 'connection', listen);
  server.on('tlsClientError', () => undefined).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, messages, packets: [], stop };
}

function trialOf(settings: JsonObject, around?: TrialSurroundings) {
  const trial = startTrial(graylog, { hostname: '127.0.0.1', ...settings }, around);
  stops.push(trial.close);
  return trial;
}

async function send(settings: JsonObject, notice: Notice): Promise<void> {
  await (await trialOf(settings).open()).notify?.(notice);
}

const settingsOf = (given: JsonObject) => Fields.parse({ hostname: 'x', ...given });
const chain = Buffer.from(certificatePem).toString('base64');

describeConnectionType(graylog, {
  least: { hostname: 'graylog.example.test' },
  full: {
    hostname: 'graylog.example.test',
    port: 12_202,
    transportType: 'TCP',
    tlsEnabled: true,
    tlsCertVerificationEnabled: true,
    compressionType: 'ZLIB',
    gelfMessageLevel: 'NOTICE',
    queueSize: 16,
    reconnectDelay: 100,
    connectTimeout: 20_000,
    tcpNoDelay: false,
    tcpKeepAlive: true,
    sendBufferSize: 65_536,
    maxInflightSends: 4,
    threads: 2,
    tlsTrustCertChainFile: chain,
    tlsTrustCertChainFileName: 'chain.pem',
    appendToAttributes: false,
    appendToMessage: false,
  },
  canaries: [chain],
  unfit: {
    'TLS over UDP': { settings: { transportType: 'UDP', tlsEnabled: true }, field: 'tlsEnabled' },
    'a check of certificates without trusted ones': {
      settings: { tlsEnabled: true, tlsCertVerificationEnabled: true },
      field: 'tlsTrustCertChainFile',
    },
  },
  network: { at: (host, port) => ({ hostname: host, port }), impatient: { connectTimeout: 200 } },
  async live() {
    const messages: JsonObject[] = [];
    let server = await receiveTcp(createServer(), 0, messages);
    const { port } = server;
    return {
      settings: { hostname: '127.0.0.1', port, reconnectDelay: 20 },
      received: (title) =>
        vi.waitFor(() => expect(messages.map((one) => one['short_message'])).toContain(title), 30_000),
      async restart() {
        await server.stop();
        server = await receiveTcp(createServer(), port, messages);
      },
      stop: () => server.stop(),
    };
  },
});

describe('a message', () => {
  test('is GELF 1.1 with the facts as fields', async () => {
    const server = await receiveUdp();
    stops.push(server.stop);
    const facts = { 'source connection': 'crm', attempts: 3, list: [1, 'a'], id: 'taken' };
    await send({ port: server.port, transportType: 'UDP' }, { ...sampleNotice('Größe'), facts });
    await vi.waitFor(() => expect(server.messages).toHaveLength(1));
    expect(server.messages[0]).toMatchObject({
      version: '1.1',
      short_message: 'Größe',
      timestamp: Date.UTC(2026, 10, 26, 12, 30, 15, 250) / 1_000,
      level: 3,
      _kind: 'sync.failed',
      _notice: sampleNotice('').id,
      _source_connection: 'crm',
      _attempts: 3,
      _list: '[1,"a"]',
    });
    expect(server.messages[0]).not.toHaveProperty('_id');
    expect(server.messages[0]?.['full_message']).toContain('attempts: 3');
  });

  test('has its facts where the settings want them', () => {
    const read = (given: JsonObject) =>
      JSON.parse(gelfMessage(sampleNotice('x'), settingsOf(given)).toString()) as JsonObject;
    const neither = read({ appendToAttributes: false, appendToMessage: false });
    expect(neither).not.toHaveProperty('_attempts');
    expect(neither['full_message']).not.toContain('attempts');
    expect(read({ appendToMessage: false })).toHaveProperty('_attempts', 3);
    expect(read({ appendToAttributes: false })['full_message']).toContain('attempts: 3');
  });

  test.each([
    ['error', 'INFO', 3],
    ['warning', 'INFO', 4],
    ['info', 'INFO', 6],
    ['error', 'ALERT', 1],
    ['info', 'DEBUG', 7],
  ] as const)('of the severity %s with %s set has the level %i', (severity, gelfMessageLevel, level) => {
    const message = gelfMessage({ ...sampleNotice('x'), severity }, settingsOf({ gelfMessageLevel }));
    expect(JSON.parse(message.toString())).toMatchObject({ level });
  });

  test.each(['NONE', 'GZIP', 'ZLIB'])(
    'that is long comes whole in chunks of a network’s size: %s',
    async (compressionType) => {
      const server = await receiveUdp();
      stops.push(server.stop);
      // Random letters do not shrink.
      const text = Array.from({ length: 12_000 }, (_, at) =>
        String.fromCharCode(97 + ((at * at * 7_919 + at) % 26)),
      ).join('');
      await send({ port: server.port, transportType: 'UDP', compressionType }, { ...sampleNotice('long'), text });
      await vi.waitFor(() => expect(server.messages).toHaveLength(1));
      expect(server.messages[0]?.['full_message']).toContain(text);
      expect(server.packets.every((packet) => packet.length <= 1_420)).toBe(true);
      if (compressionType === 'NONE') expect(server.packets.length).toBeGreaterThan(8);
    },
  );

  test('of any size up to a megabyte is put together again from its packets in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 1_040_000 }), fc.boolean(), async (length, turned) => {
        const message = Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');
        const packets = await packetsOf(message, settingsOf({}));
        expect(packets.length).toBeLessThanOrEqual(128);
        const assemble = assembler();
        const whole = (turned ? packets.toReversed() : packets).map((packet) => assemble(packet));
        expect(whole.at(-1)?.equals(message)).toBe(true);
      }),
      { numRuns: 40 },
    );
    await expect(packetsOf(Buffer.alloc(1_100_000), settingsOf({}))).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('TCP'),
    });
  });
});

describe('the way', () => {
  const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

  test('by TLS trusts the given certificates only, and anybody when it is not to check', async () => {
    const server = await receiveTcp(createTlsServer({ key: certificatePem, cert: certificatePem }));
    stops.push(server.stop);
    const byTls = { port: server.port, tlsEnabled: true };
    const checked = { ...byTls, tlsCertVerificationEnabled: true, tlsTrustCertChainFile: chain };
    const trial = trialOf({ ...checked, hostname: certificateHost }, { lookup });
    expect((await trial.test()).message).toContain('by TLS');
    await (await trial.open()).notify?.(sampleNotice('by TLS'));
    await vi.waitFor(() => expect(server.messages.map((one) => one['short_message'])).toEqual(['by TLS']));
    const other = trialOf({ ...checked, hostname: 'other.example.test' }, { lookup });
    await expect(other.test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringMatching(/certificate.*Check hostname/),
    });
    await trialOf({ ...byTls, hostname: 'other.example.test' }, { lookup }).test();
  });

  test('takes certificates as PEM or DER, and says when there is none', async () => {
    const der = Buffer.from(/BEGIN CERTIFICATE-----([^-]+)/.exec(certificatePem)![1]!, 'base64').toString('base64');
    for (const file of [chain, der, certificatePem])
      expect(trustedChain(new Secret(file))).toMatch(/^-----BEGIN CERTIFICATE-----/);
    const given = { tlsEnabled: true, tlsCertVerificationEnabled: true, tlsTrustCertChainFile: 'bm90IG9uZQ==' };
    for (const use of ['test', 'open'] as const) {
      await expect(trialOf(given)[use]()).rejects.toMatchObject({
        reason: 'configuration',
        message: expect.stringContaining('tlsTrustCertChainFile'),
      });
    }
  });

  test('by UDP is refused to private addresses and closed ports', async () => {
    const server = await receiveUdp();
    const settings = { transportType: 'UDP', port: server.port };
    expect((await trialOf(settings).test()).message).toContain('UDP tells no more');
    const inside = trialOf({ ...settings, hostname: 'localhost' }, { policy: { allow: [] } });
    await expect(inside.test()).rejects.toMatchObject({ reason: 'refused' });
    await expect((await inside.open()).notify?.(sampleNotice('x'))).rejects.toMatchObject({ reason: 'refused' });
    await server.stop();
    await expect(trialOf(settings).test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringMatching(/ECONNREFUSED.*Check hostname/),
    });
  });
});

test('the gate lets so many through, lets so many wait, and refuses the others', async () => {
  const gate = new Gate(2, 3);
  const open: (() => void)[] = [];
  let most = 0;
  let inside = 0;
  const task = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise<void>((resolve) => open.push(resolve));
    inside -= 1;
  };
  const running = Array.from({ length: 5 }, () => gate.run(task));
  await expect(gate.run(task)).rejects.toMatchObject({ message: expect.stringContaining('queueSize') });
  const all = Promise.all(running);
  const timer = setInterval(() => open.shift()?.(), 1);
  await all;
  clearInterval(timer);
  expect(most).toBe(2);
});
