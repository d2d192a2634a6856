import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeCatalog } from '@tributary/connectors/type-catalog';
import { startApiops, type Apiops } from './testing-apiops.ts';

const kafkaProperties = {
  'bootstrap.servers': { value: 'broker.example.com:9092', valueType: 'STRING_LIST' },
  'key.serializer': { value: 'StringSerializer', valueType: 'STRING' },
  'value.serializer': { value: 'StringSerializer', valueType: 'STRING' },
};

/** The least that a connection of each type is made of, and a field of it that is given wrongly. */
const types: Readonly<Record<string, readonly [least: object, wrong: object]>> = {
  email: [{ host: 'smtp.example.com' }, { port: 70_000 }],
  kafka: [{ topicName: 'events', propertiesMap: kafkaProperties }, { propertiesMap: {} }],
  rabbitMq: [{ hostPortList: [{ host: 'rabbit.example.com' }] }, { hostPortList: [] }],
  activeMq: [
    {
      activeMqConnectionProtocolType: 'AMQP',
      brokerURL: 'amqp://broker.example.com:5672',
      destinationType: 'QUEUE',
      destinationName: 'events',
    },
    { destinationType: 'PIPE' },
  ],
  database: [
    { dbType: 'ORACLE', jdbcUrl: 'jdbc:oracle:thin:@//db.example.com:1521/X', username: 'u', password: 'p' },
    { dbType: 'ACCESS' },
  ],
  elasticsearch: [{ elasticHostList: [{ scheme: 'https', host: 'search.example.com' }] }, { elasticHostList: [] }],
  ldap: [
    { serverAddress: 'ldap://ldap.example.com', username: 'cn=a', password: 'p', baseDn: 'dc=example' },
    { searchScope: 'ALL' },
  ],
  ftp: [
    { host: 'ftp.example.com', username: 'u', password: 'p', protocol: 'FTP' },
    { protocol: 'FTPS', useImplicit: true, useExplicit: true },
  ],
  webhook: [{ fullUrl: 'https://hooks.example.com/in' }, { fullUrl: 'ftp://hooks.example.com' }],
  syslog: [{ syslogServerHostname: 'log.example.com' }, { syslogFacility: 'LOUD' }],
  graylog: [{ hostname: 'log.example.com' }, { compressionType: 'RAR' }],
  snmp: [
    {
      version: 'V2c',
      connectionString: 'udp:192.0.2.1/162',
      securityOrCommunityName: 'public',
      pduOidForMessage: '1.3.6.1.4.1.8072.9999.1',
    },
    { version: 'V4' },
  ],
  'linux-script': [{ hostName: 'host.example.com', username: 'u', password: 'p' }, { sshPort: 0 }],
  logback: [{ logPath: '/srv/logs/', logPattern: '%m%n' }, { maxHistory: -1 }],
};

let t: Apiops;
beforeAll(async () => {
  t = await startApiops();
});
afterAll(() => t.service.stop());

describe('the types of the contract', () => {
  it('Z04 are fourteen, and none is missing here', () => {
    expect(Object.keys(types).toSorted()).toEqual(Object.keys(typeCatalog).toSorted());
    expect(Object.keys(types)).toHaveLength(14);
  });

  it.each(Object.entries(types))('Z10 %s is made of the least, and shown with every field', async (type, [least]) => {
    const name = `least-${type}`;
    const made = await t.on('POST', `/${name}/`, { type, name, deployToWorker: false, ...least });
    expect(made).toMatchObject({ status: 200, body: { success: true } });
    const shown = await t.show(name);
    expect(shown).toMatchObject({ type, name, description: null, enabled: true });
    const { body: described } = await t.service.api('GET', `/tributary/v1/connection-types/${type}`);
    expect(Object.keys(described.fields.properties).filter((field) => !(field in shown))).toEqual([]);
    const listed = await t.on('GET', `/?type=${type}`);
    expect(listed.body.resultList.map((one: { name: string }) => one.name)).toContain(name);
  });

  it.each(Object.entries(types))('Z11 %s is refused with a field that does not fit', async (type, [least, wrong]) => {
    const name = `wrong-${type}`;
    const refused = await t.on('POST', `/${name}/`, { type, name, deployToWorker: false, ...least, ...wrong });
    expect(refused.status).toBe(400);
    expect(['bad_request', 'validation_failed']).toContain(refused.body.error);
    const said = JSON.stringify(refused.body);
    expect(
      Object.keys(wrong).some((field) => said.includes(field)),
      said,
    ).toBe(true);
    expect((await t.on('GET', `/${name}/`)).status).toBe(404);
  });

  it.each([
    ['activemq', 'activeMq'],
    ['linuxscript', 'linux-script'],
  ])('Z04 may be spelled %s, and is shown as %s', async (spelling, id) => {
    const name = `spelled-${spelling}`;
    const [least] = types[id] ?? [{}];
    const body = { type: spelling, name, deployToWorker: false, ...least };
    expect((await t.on('POST', `/${name}/`, body)).status).toBe(200);
    expect((await t.show(name)).type).toBe(id);
    expect((await t.on('PUT', `/${name}/`, { ...body, type: id })).status).toBe(200);
  });

  it('Z04 take the second key type of an Elasticsearch body for its access mode', async () => {
    const rest = '"name":"twice","deployToWorker":false,"elasticHostList":[{"scheme":"http","host":"e.example.com"}]';
    const body = `{"type":"elasticsearch",${rest},"type":"READ"}`;
    const json = { headers: { 'content-type': 'application/json' } };
    expect((await t.on('POST', '/twice/', body, json)).status).toBe(200);
    expect(await t.show('twice')).toMatchObject({ type: 'elasticsearch', elasticsearchType: 'READ' });
    expect((await t.on('PUT', '/twice/', `{${rest},"type":"READ_WRITE"}`, json)).status).toBe(200);
    expect(await t.show('twice')).toMatchObject({ type: 'elasticsearch', elasticsearchType: 'READ_WRITE' });
  });
});
