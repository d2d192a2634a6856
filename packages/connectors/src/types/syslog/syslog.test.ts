import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { hostname } from 'node:os';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { LiveFarEnd } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Notice } from '../../kit/notice.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import type { TrialSurroundings } from '../../kit/testing-type-trial.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { startRsyslog } from '../../testing/rsyslog.ts';
import { certificateHost, certificatePem, trustCertificate } from '../../testing/trusted-certificate.ts';
import { FACILITIES, SEVERITIES } from './fields.ts';
import { syslog } from './index.ts';

const rsyslogd = findDebianProgram('rsyslogd', 'rsyslog');

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** Everything that a socket was sent, as it comes. */
interface Receiver {
  readonly port: number;
  readonly texts: string[];
}

async function receive(server: Server, event: 'connection' | 'secureConnection' = 'connection'): Promise<Receiver> {
  const texts: string[] = [];
  const sockets: Socket[] = [];
  server.on(event, (socket: Socket) => {
    const at = texts.push('') - 1;
    sockets.push(socket.on('error', () => undefined));
    socket.on('data', (bytes: Buffer) => (texts[at] += bytes.toString('utf8')));
  });
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, texts };
}

async function receiveUdp(): Promise<Receiver> {
  const socket = createSocket('udp4');
  const texts: string[] = [];
  socket.on('message', (packet) => void texts.push(packet.toString('utf8')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  stops.push(() => socket.close());
  return { port: socket.address().port, texts };
}

function trialOf(settings: JsonObject, around?: TrialSurroundings) {
  const trial = startTrial(syslog, { syslogServerHostname: '127.0.0.1', syslogTimeout: 20_000, ...settings }, around);
  stops.push(trial.close);
  return trial;
}

async function send(settings: JsonObject, ...notices: readonly Notice[]): Promise<void> {
  const opened = await trialOf(settings).open();
  for (const notice of notices) await opened.notify?.(notice);
}

async function rsyslog(): Promise<LiveFarEnd> {
  let server = await startRsyslog(rsyslogd!);
  const earlier: string[] = [];
  return {
    settings: { syslogServerHostname: server.host, syslogPort: server.port, syslogTimeout: 20_000 },
    received: (title) =>
      vi.waitFor(async () => expect([...earlier, ...(await server.lines())].join('\n')).toContain(title), 30_000),
    async restart() {
      earlier.push(...(await server.lines()));
      await server.stop();
      server = await startRsyslog(rsyslogd!, server.port);
    },
    stop: () => server.stop(),
  };
}

describeConnectionType(syslog, {
  least: { syslogServerHostname: 'logs.example.test' },
  full: {
    syslogProtocolType: 'TCP',
    syslogMessageHostname: 'tributary-1',
    syslogServerHostname: 'logs.example.test',
    syslogPort: 1514,
    syslogTimeout: 5_000,
    syslogMessageFormat: 'RFC_5425',
    syslogAppName: 'tributary',
    syslogFacility: 'LOCAL3',
    syslogSeverity: 'NOTICE',
    syslogSslEnabled: true,
  },
  unfit: {
    'TLS over UDP': { settings: { syslogProtocolType: 'UDP', syslogSslEnabled: true }, field: 'syslogSslEnabled' },
    'lengths before datagrams': {
      settings: { syslogProtocolType: 'UDP', syslogMessageFormat: 'RFC_5425' },
      field: 'syslogMessageFormat',
    },
    'an unknown facility': { settings: { syslogFacility: 'LOCAL8' }, field: 'syslogFacility' },
  },
  network: {
    at: (host, port) => ({ syslogServerHostname: host, syslogPort: port, syslogTimeout: 20_000 }),
    impatient: { syslogTimeout: 200 },
  },
  live: rsyslogd === undefined ? undefined : rsyslog,
});

describe('a message', () => {
  test('of RFC 3164 has the local time, host and application, and ends with a line feed on TCP', async () => {
    const { port, texts } = await receive(createServer());
    const notice = sampleNotice('A sync failed');
    const time = new Date(notice.at);
    await send({ syslogPort: port, syslogFacility: 'LOCAL0' }, notice);
    const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => String(n).padStart(2, '0'));
    const head = `<131>Nov ${String(time.getDate()).padStart(2, ' ')} ${clock.join(':')} ${hostname()} Apinizer: `;
    const said = 'A sync failed: The source refused the login. The schedule waits until it is renewed. ';
    await vi.waitFor(() => expect(texts).toEqual([`${head}${said}{"source_connection":"crm","attempts":3}\n`]));
  });

  test('of RFC 5424 has the time with milliseconds, the kind as id and a mark that it is UTF-8', async () => {
    const { port, texts } = await receiveUdp();
    const settings = { syslogPort: port, syslogProtocolType: 'UDP', syslogMessageFormat: 'RFC_5424' };
    await send({ ...settings, syslogAppName: 'my app', syslogMessageHostname: 'node-1' }, sampleNotice('Größe'));
    expect(texts[0]).toMatch(
      /^<107>1 2026-11-26T12:30:15\.250Z node-1 my_app - sync\.failed - \ufeffGröße: The source/,
    );
  });

  test('of RFC 5425 has its length in bytes before it', async () => {
    const { port, texts } = await receive(createServer());
    const notices = [sampleNotice('Größe'), sampleNotice('two')];
    await send({ syslogPort: port, syslogMessageFormat: 'RFC_5425' }, ...notices);
    await vi.waitFor(() => expect(texts.join('')).toContain('two'));
    let rest = Buffer.from(texts.join(''));
    const messages: string[] = [];
    while (rest.length > 0) {
      const space = rest.indexOf(' ');
      const end = space + 1 + Number(rest.subarray(0, space).toString());
      messages.push(rest.subarray(space + 1, end).toString('utf8'));
      rest = rest.subarray(end);
    }
    expect(messages.map((message) => message.slice(0, 6))).toEqual(['<107>1', '<107>1']);
  });

  test.each([
    ['error', 'INFORMATIONAL', 3],
    ['warning', 'INFORMATIONAL', 4],
    ['info', 'INFORMATIONAL', 6],
    ['error', 'ALERT', 1],
    ['info', 'DEBUG', 7],
  ] as const)('of the severity %s with %s set has the number %i', async (severity, syslogSeverity, number) => {
    const { port, texts } = await receiveUdp();
    const settings = { syslogPort: port, syslogProtocolType: 'UDP', syslogSeverity, syslogFacility: 'KERN' };
    await send(settings, { ...sampleNotice('x'), severity });
    expect(texts[0]?.slice(0, 3)).toBe(`<${number}>`);
  });

  test('is one line whatever its text, so that nobody can forge another', async () => {
    const { port, texts } = await receive(createServer());
    await send({ syslogPort: port }, { ...sampleNotice('a\n<0>forged'), text: 'b\r\nc\u0000d' });
    await vi.waitFor(() => expect(texts.join('')).toMatch(/: a <0>forged: b c d /));
    expect(texts.join('').trimEnd()).not.toMatch(/[\n\r\0]/);
  });

  test('by UDP is cut between characters at what receivers must take', async () => {
    const { port, texts } = await receiveUdp();
    const long = { ...sampleNotice('x'), text: 'ü'.repeat(4_000) };
    await send({ syslogPort: port, syslogProtocolType: 'UDP' }, long);
    await send({ syslogPort: port, syslogProtocolType: 'UDP', syslogMessageFormat: 'RFC_5424' }, long);
    for (const [at, most] of [1_024, 2_048].entries()) {
      const length = Buffer.byteLength(texts[at]!);
      expect([length <= most, length > most - 4, texts[at]!.endsWith('ü')]).toEqual([true, true, true]);
    }
  });

  test('has the published numbers of facilities and severities', () => {
    expect([FACILITIES.length, FACILITIES.indexOf('AUDIT'), FACILITIES.indexOf('LOCAL0')]).toEqual([24, 13, 16]);
    expect([SEVERITIES.length, SEVERITIES.indexOf('INFORMATIONAL')]).toEqual([8, 6]);
  });
});

describe('the way', () => {
  const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const byTls = { syslogServerHostname: certificateHost, syslogSslEnabled: true };

  test('by TLS ends at a server whose certificate is trusted and names it', async () => {
    const options = { key: certificatePem, cert: certificatePem };
    const { port, texts } = await receive(createTlsServer(options), 'secureConnection');
    const settings = { ...byTls, syslogPort: port, syslogMessageFormat: 'RFC_5425' };
    await expect(trialOf(settings, { lookup }).test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('certificate'),
    });
    stops.push(trustCertificate());
    const trial = trialOf(settings, { lookup });
    expect((await trial.test()).message).toContain('by TLS');
    await (await trial.open()).notify?.(sampleNotice('by TLS'));
    await vi.waitFor(() => expect(texts.join('')).toContain('by TLS'));
    const other = trialOf({ ...settings, syslogServerHostname: 'other.example.test' }, { lookup });
    await expect(other.test()).rejects.toMatchObject({ message: expect.stringContaining('certificate') });
  });

  test('by UDP is refused to private addresses and closed ports, and told apart from one that is open', async () => {
    const { port, texts } = await receiveUdp();
    const settings = { syslogProtocolType: 'UDP', syslogPort: port };
    expect((await trialOf(settings).test()).message).toContain('UDP tells no more');
    const policy = { allow: [] };
    for (const host of ['127.0.0.1', 'localhost']) {
      const trial = trialOf({ ...settings, syslogServerHostname: host }, { policy });
      await expect(trial.test()).rejects.toMatchObject({ reason: 'refused' });
      const opened = await trial.open();
      await expect(opened.notify?.(sampleNotice('x'))).rejects.toMatchObject({ reason: 'refused' });
    }
    expect(texts).toEqual(['']);
    for (const stop of stops.splice(0)) await stop();
    await expect(trialOf(settings).test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringMatching(/ECONNREFUSED.*Check syslogServerHostname/),
    });
  });
});

describe.skipIf(rsyslogd === undefined)('rsyslog reads', () => {
  test.each([
    { syslogProtocolType: 'UDP', syslogMessageFormat: 'RFC_3164' },
    { syslogProtocolType: 'UDP', syslogMessageFormat: 'RFC_5424' },
    { syslogProtocolType: 'TCP', syslogMessageFormat: 'RFC_3164' },
    { syslogProtocolType: 'TCP', syslogMessageFormat: 'RFC_5424' },
    { syslogProtocolType: 'TCP', syslogMessageFormat: 'RFC_5425' },
  ])('$syslogMessageFormat by $syslogProtocolType', async (settings) => {
    const server = await startRsyslog(rsyslogd!);
    stops.push(server.stop);
    const names = { syslogMessageHostname: 'node-7', syslogAppName: 'tributary', syslogFacility: 'LOCAL5' };
    const long = { ...sampleNotice('long'), text: 'z'.repeat(700) };
    await send({ ...settings, ...names, syslogPort: server.port }, sampleNotice('Größe'), long);
    await vi.waitFor(async () => expect(await server.lines()).toHaveLength(2), 30_000);
    const [first = '', second = ''] = (await server.lines()).toSorted();
    const id = settings.syslogMessageFormat === 'RFC_3164' ? '-' : 'sync.failed';
    const read = [first, second].map((line) => line.split('|').slice(0, 5));
    expect(read).toEqual([1, 2].map(() => ['local5', 'err', 'node-7', 'tributary', id]));
    expect(`${first}${second}`).toContain('Größe: The source refused');
    expect(`${first}${second}`).toContain('z'.repeat(700));
  });
});
