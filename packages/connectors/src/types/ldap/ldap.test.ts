import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import { slapdProgram, startSlapd } from '../../testing/slapd.ts';
import type { RunningSlapd } from '../../testing/slapd.ts';
import { ldap } from './index.ts';

const pem = readFileSync(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
const least = { serverAddress: 'ldap://ldap.example.com', username: 'cn=a', password: 'b', baseDn: 'dc=example' };
const settingsOf = ({ host, port, user, password, baseDn }: RunningSlapd): JsonObject => ({
  serverAddress: `ldap://${host}:${port}`,
  username: user,
  password,
  baseDn,
});

describeConnectionType(ldap, {
  least,
  full: {
    serverAddress: 'ldaps://ldap.example.com:636',
    requireCertificateType: 'REQUIRED_CN',
    username: 'cn=reader,dc=example',
    password: 'canary-ldap-31',
    customFilter: '(&(objectClass=person)(uid={0}))',
    searchScope: 'ONE_LEVEL',
    baseDn: 'ou=people,dc=example',
    certificateId: 'company',
    certificateName: 'company',
    ca: 'PEM',
    useSsl: true,
    selectedEnvironmentId: 'production',
  },
  canaries: ['canary-ldap-31'],
  unfit: {
    'an address without its scheme': { settings: { serverAddress: 'ldap.example.com' }, field: 'serverAddress' },
    'an address with a path': { settings: { serverAddress: 'ldap://a/dc=b' }, field: 'serverAddress' },
    'a check of the certificate without one': {
      settings: { useSsl: true, requireCertificateType: 'REQUIRED_AN_PN' },
      field: 'certificateId',
    },
    'a filter that is none': { settings: { customFilter: 'uid={0}' }, field: 'customFilter' },
  },
  network: {
    at: (host, port) => ({
      serverAddress: `ldap://${host}:${port}`,
      certificateId: null,
      certificateName: null,
      useSsl: false,
    }),
  },
  ...(slapdProgram !== undefined && {
    async live() {
      const server = await startSlapd();
      return {
        settings: settingsOf(server),
        refusedCredentials: { password: 'not-the-canary-0815' },
        stop: () => server.stop(),
      };
    },
  }),
});

describe.skipIf(slapdProgram === undefined)('the connection type ldap over TLS', () => {
  let server: RunningSlapd;
  beforeAll(async () => {
    server = await startSlapd({ tls: pem });
  });
  afterAll(() => server.stop());

  const keyMaterial = [{ name: 'own', certificates: pem }];
  const ask = async (host: string, secure: object) => {
    for (const [address, more] of [
      [`ldaps://${host}:${server.tlsPort}`, {}],
      [`ldap://${host}:${server.port}`, { useSsl: true }],
    ] as const) {
      const settings = { ...settingsOf(server), serverAddress: address, ...more, ...secure };
      const trial = startTrial(ldap, settings, { keyMaterial });
      // Whatever the name is, the server is this one.
      const connect: TypeContext['connect'] = (target) => trial.ctx.connect({ ...target, host: server.host });
      try {
        expect((await ldap.test({ ...trial.ctx, connect })).message).toContain('Bound as');
      } finally {
        await trial.close();
      }
    }
  };
  const untrusted = { reason: 'configuration', message: expect.stringContaining('certificate is not trusted') };

  test('checks nothing unless it is told to, or knows who signed', async () => {
    await ask('db.example.test', {});
    await ask('other.example.test', { ca: pem });
    await expect(ask('db.example.test', { ca: rootCertificates[0] })).rejects.toMatchObject(untrusted);
  });

  test('checks the name as the settings ask, with a certificate of the project', async () => {
    const checked = { requireCertificateType: 'REQUIRED_AN_PN', certificateName: 'own' };
    await ask('db.example.test', checked);
    await ask('127.0.0.1', checked);
    await expect(ask('other.example.test', checked)).rejects.toMatchObject(untrusted);
    await ask('db.example.test', { ...checked, requireCertificateType: 'REQUIRED_CN' });
    await expect(ask('127.0.0.1', { ...checked, requireCertificateType: 'REQUIRED_CN' })).rejects.toMatchObject(
      untrusted,
    );
  });
});
