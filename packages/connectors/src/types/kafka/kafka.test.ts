import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { Secret } from '../../kit/secret.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { startKafkaCluster } from '../../testing/kafka-cluster.ts';
import { probeType } from '../../testing/type-probe.ts';
import { clientOptions } from './client-options.ts';
import { brokersOf, Fields } from './fields.ts';
import { kafka } from './index.ts';

const program = findDebianProgram('kcat', 'kcat');
const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
const keyMaterial = [
  { name: 'own', certificates: pem, privateKey: new Secret(pem) },
  { name: 'trusted', certificates: pem },
];
const CANARY = 'canary-kafka-4711';
const properties = (servers: string, more: Readonly<Record<string, string>> = {}): JsonObject =>
  Object.fromEntries(
    Object.entries({ 'bootstrap.servers': servers, 'key.serializer': 'S', 'value.serializer': 'S', ...more }).map(
      ([name, value]) => [name, { value, valueType: 'STRING' }],
    ),
  );
const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required username="ann" password="${CANARY} \\"x\\"";`;

describeConnectionType(kafka, {
  least: { topicName: 'notices', propertiesMap: properties('mq.example.test:9092') },
  full: {
    topicName: 'notices',
    propertiesMap: properties('mq.example.test:9092', { 'ssl.keystore.password': CANARY }),
    enableSecure: true,
    protocolTypes: ['TLS_1_3', 'TLS_1_2'],
    keyStoreName: 'own',
    trustStoreName: 'trusted',
  },
  canaries: [CANARY],
  unfit: {
    'brokers that are missing': { settings: { propertiesMap: properties('') }, field: 'propertiesMap' },
    'a broker without a number': { settings: { propertiesMap: properties('mq:none') }, field: 'propertiesMap' },
    'a number that is none': {
      settings: { propertiesMap: { ...properties('mq'), retries: { value: 'x', valueType: 'INTEGER' } } },
      field: 'propertiesMap',
    },
    'TLS without versions': { settings: { enableSecure: true, keyStoreName: 'own' }, field: 'protocolTypes' },
    'TLS without a key store': { settings: { enableSecure: true, protocolTypes: ['TLS_1_3'] }, field: 'keyStoreName' },
    'SSL 3 alone': {
      settings: { enableSecure: true, protocolTypes: ['SSL_3_0'], keyStoreName: 'own' },
      field: 'protocolTypes',
    },
  },
  around: { keyMaterial },
  network: {
    at: (host, port) => ({ propertiesMap: properties(`${host}:${port}`) }),
    impatient: {
      propertiesMap: properties('127.0.0.1', { 'socket.connection.setup.timeout.ms': '200' }),
    },
  },
  live:
    program === undefined
      ? undefined
      : async () => {
          const cluster = await startKafkaCluster(program);
          const consume = () =>
            execFileSync(program, [
              '-C',
              '-q',
              '-e',
              '-t',
              'notices',
              '-b',
              cluster.servers,
              '-f',
              '%h %k %s\\n',
            ]).toString('utf8');
          return {
            settings: { topicName: 'notices', propertiesMap: properties(cluster.servers) },
            received: (title) =>
              vi.waitFor(() => expect(consume()).toMatch(new RegExp(`notice-kind=.*${title}`)), 20_000),
            stop: () => cluster.stop(),
          };
        },
});

describe('the properties of Kafka’s own client', () => {
  const options = (more: Readonly<Record<string, string>>, fields: JsonObject = {}) =>
    clientOptions(Fields.parse({ topicName: 't', propertiesMap: properties('a:1', more), ...fields }), (name) =>
      Promise.resolve(keyMaterial.find((one) => one.name === name)!),
    );

  test('say how to log in', async () => {
    const login = {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': jaas,
    };
    expect((await options(login)).sasl).toEqual({
      mechanism: 'SCRAM-SHA-512',
      username: 'ann',
      password: `${CANARY} "x"`,
    });
    expect((await options({})).sasl).toBeUndefined();
    await expect(options({ 'sasl.mechanism': 'GSSAPI' })).rejects.toMatchObject({ reason: 'configuration' });
    await expect(options({ 'sasl.mechanism': 'PLAIN' })).rejects.toThrow('sasl.jaas.config');
  });

  test('and the fields say how TLS is done', async () => {
    const secure = { enableSecure: true, protocolTypes: ['TLS_1_3', 'TLS_1_1', 'SSL_3_0'], keyStoreName: 'own' };
    expect((await options({}, secure)).tls).toEqual({
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.3',
      cert: pem,
      key: pem,
    });
    await expect(options({}, { ...secure, keyStoreName: 'trusted' })).rejects.toThrow('no private key');
    expect((await options({ 'security.protocol': 'SSL' })).tls).toEqual({});
  });

  test('name brokers in every spelling', () => {
    expect(brokersOf(' a:1, [2001:db8::1]:2,PLAINTEXT://b ')).toEqual([
      { host: 'a', port: 1 },
      { host: '2001:db8::1', port: 2 },
      { host: 'b', port: 9_092 },
    ]);
  });
});

test('a broker is shown our certificate, and its own is checked by the name that was configured', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer({ key: pem, cert: pem, ca: pem, requestCert: true, minVersion: 'TLSv1.3' });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket: TLSSocket) => {
    seen.push(`${String(socket.servername)} ${String(socket.authorized)}`);
    socket.on('error', () => undefined).destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const check = (host: string, more: JsonObject = {}) =>
    kafka.test(
      probeType(
        kafka,
        {
          topicName: 'notices',
          propertiesMap: properties(`${host}:${port}`),
          enableSecure: true,
          protocolTypes: ['TLS_1_3'],
          keyStoreName: 'own',
          trustStoreName: 'trusted',
          ...more,
        },
        { keyMaterial, lookup },
      ),
    );
  await expect(check('db.example.test')).rejects.toMatchObject({ reason: 'unavailable' });
  expect(new Set(seen)).toEqual(new Set(['db.example.test true']));
  const untrusted = { reason: 'configuration', message: expect.stringContaining('trustStoreName') };
  await expect(check('other.example.test')).rejects.toMatchObject(untrusted);
  await expect(check('db.example.test', { trustStoreName: null })).rejects.toMatchObject(untrusted);
  server.close();
});
