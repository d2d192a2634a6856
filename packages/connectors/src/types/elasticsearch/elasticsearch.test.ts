import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type PlayedCluster, playElasticsearch } from '../../testing/elasticsearch-server.ts';
import { probeType } from '../../testing/type-probe.ts';
import { elasticsearch } from './index.ts';

const openssl = findDebianProgram('openssl', 'openssl');
const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
const CANARY = 'canary-elastic-4711';
const policy = {
  policyName: 'logs',
  enableHotPhase: true,
  maxAgeOfRollover: 7,
  maxIndexSizeOfRollover: 50,
  maxDocCountOfRollover: 1_000_000,
  enableWarmPhase: true,
  numberOfReplicasForWarm: 1,
  maxNumShardsForShrink: 1,
  maxNumSegmentsForForceMerge: 1,
  enableColdPhase: true,
  minAgeOfCold: 30,
  numberOfReplicasForCold: 0,
  enableDeletePhase: true,
  minAgeOfDelete: 90,
};

describeConnectionType(elasticsearch, {
  least: { elasticHostList: [{ host: 'es.example.test' }] },
  full: {
    elasticsearchType: 'READ',
    administrate: true,
    elasticHostList: [{ scheme: 'https', host: 'es.example.test', port: 9_243 }],
    authenticate: true,
    elasticUsername: 'ann',
    elasticPassword: CANARY,
    encryptCommunication: true,
    encryptCommunicationType: 'CA_IN_PEM_FILE',
    caCertInPkcs12File: CANARY,
    caCertInPkcs12FileContentType: 'application/x-pkcs12',
    caInPemFile: CANARY,
    caInPemFileContentType: 'application/x-pem-file',
    caKeystoreFile: CANARY,
    caKeystoreFileContentType: 'application/x-pkcs12',
    caKeystoreFilePass: CANARY,
    caTruststoreFile: CANARY,
    caTruststoreFileContentType: 'application/x-pkcs12',
    caTruststoreFilePass: CANARY,
    disableHostnameVerification: true,
    indexLifecyclePolicyCreated: true,
    indexLifecyclePolicy: policy,
    indexTemplateCreated: true,
    indexTemplateName: 'logs',
    indexName: 'logs',
    indexNumberOfShards: 2,
    indexNumberOfReplicas: 1,
    indexRefreshInterval: 5,
    connectionTimeoutInMs: 5_000,
    socketReuseAddress: true,
    socketKeepAlive: true,
    ioThreads: 2,
    maxConnectionPerHost: 3,
    maxConnectionTotal: 6,
  },
  canaries: [CANARY],
  unfit: {
    'a login without a password': {
      settings: { authenticate: true, elasticUsername: 'ann' },
      field: 'elasticPassword',
    },
    'certificates of no kind': { settings: { encryptCommunication: true }, field: 'encryptCommunicationType' },
    'an authority that is missing': {
      settings: { encryptCommunication: true, encryptCommunicationType: 'CA_CERTIFICATE_IN_PKCS_12' },
      field: 'caCertInPkcs12File',
    },
    'a key store without its password': {
      settings: {
        encryptCommunication: true,
        encryptCommunicationType: 'CERT_AND_PRIVATE_KEY_IN_PKCS_12',
        caKeystoreFile: 'x',
      },
      field: 'caKeystoreFilePass',
    },
    'a policy that is missing': { settings: { indexLifecyclePolicyCreated: true }, field: 'indexLifecyclePolicy' },
    'a policy without a phase': { settings: { indexLifecyclePolicy: {} }, field: 'indexLifecyclePolicy' },
    'a template without a name': { settings: { indexTemplateCreated: true }, field: 'indexTemplateName' },
  },
  network: {
    at: (host, port) => ({ elasticHostList: [{ host, port }], encryptCommunication: false }),
    impatient: { connectionTimeoutInMs: 200 },
  },
  async live() {
    const cluster = await playElasticsearch({ login: 'ann:canary-0815' });
    return {
      settings: {
        elasticHostList: [{ host: '127.0.0.1', port: cluster.port }],
        authenticate: true,
        elasticUsername: 'ann',
        elasticPassword: 'canary-0815',
      },
      refusedCredentials: { elasticPassword: 'not-the-canary-0815' },
      stop: () => cluster.close(),
    };
  },
});

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});
const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const check = (cluster: PlayedCluster, host: string, more: JsonObject) => {
  const elasticHostList = [{ scheme: 'https', host, port: cluster.port }];
  return elasticsearch.test(
    probeType(elasticsearch, { elasticHostList, encryptCommunication: true, ...more }, { lookup }),
  );
};

test('an authority in PEM is what the cluster is checked with, and its name counts unless any is taken', async () => {
  const cluster = await playElasticsearch({ tls: { pem } });
  stops.push(() => cluster.close());
  const more = { encryptCommunicationType: 'CA_IN_PEM_FILE', caInPemFile: Buffer.from(pem).toString('base64') };
  expect((await check(cluster, 'db.example.test', more)).message).toBe(
    'The cluster played answers with Elasticsearch 8.15.0',
  );
  await expect(check(cluster, 'other.example.test', more)).rejects.toMatchObject({ reason: 'unavailable' });
  expect(
    (await check(cluster, 'other.example.test', { ...more, disableHostnameVerification: true })).message,
  ).toContain('played');
  await expect(check(cluster, 'db.example.test', { encryptCommunication: false })).rejects.toMatchObject({
    reason: 'unavailable',
  });
  await expect(check(cluster, 'db.example.test', { ...more, caInPemFile: 'AAAA' })).rejects.toThrow('caInPemFile');
});

test.skipIf(openssl === undefined)('an own certificate is shown, and stores in PKCS#12 are opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-es-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'server.pem'), pem);
  const store = (...options: string[]): string => {
    execFileSync(
      openssl ?? '',
      ['pkcs12', '-export', '-in', 'server.pem', '-passout', 'pass:pw', '-out', 'store', ...options],
      { cwd: folder },
    );
    return readFileSync(join(folder, 'store')).toString('base64');
  };
  const cluster = await playElasticsearch({ tls: { pem, askFor: pem } });
  stops.push(() => cluster.close());
  const trust = { caTruststoreFile: store('-nokeys'), caTruststoreFilePass: 'pw' };
  const own = {
    caKeystoreFile: store(),
    caKeystoreFilePass: 'pw',
    encryptCommunicationType: 'CERT_AND_PRIVATE_KEY_IN_PKCS_12',
  };
  expect((await check(cluster, 'db.example.test', { ...trust, ...own })).message).toContain('played');
  const authority = {
    encryptCommunicationType: 'CA_CERTIFICATE_IN_PKCS_12',
    caCertInPkcs12File: store('-nokeys'),
    caTruststoreFilePass: 'pw',
  };
  await expect(check(cluster, 'db.example.test', authority)).rejects.toMatchObject({ reason: 'unavailable' });
  await expect(check(cluster, 'db.example.test', { ...own, caKeystoreFilePass: 'wrong' })).rejects.toThrow(
    'caKeystoreFile',
  );
});
