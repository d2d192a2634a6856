import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeConnectionType, sampleNotice } from '../../kit/connection-type-contract.ts';
import type { LiveFarEnd } from '../../kit/connection-type-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { startTrial } from '../../kit/testing-type-trial.ts';
import type { TrialSurroundings } from '../../kit/testing-type-trial.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { startTrapReceiver } from '../../testing/snmptrapd.ts';
import type { RunningTrapReceiver } from '../../testing/snmptrapd.ts';
import { snmp } from './index.ts';
import { ENGINE_ID } from './session.ts';
import { parseTarget } from './target.ts';

const snmptrapd = findDebianProgram('snmptrapd', 'snmptrapd');

const AUTH = 'canary-auth-4471';
const PRIV = 'canary-priv-9023';
const OID = '1.3.6.1.4.1.32473.7.1';
const ACCESS = [
  'authCommunity log,net public',
  `createUser ada SHA "${AUTH}" AES "${PRIV}"`,
  'authUser log ada priv',
  `createUser bob SHA-512 "${AUTH}"`,
  'authUser log bob auth',
  `createUser -e 0x${ENGINE_ID} ada SHA "${AUTH}" AES "${PRIV}"`,
  'createUser eve',
  'authUser log eve noauth',
];
const ada = {
  version: 'V3',
  messageType: 'INFORM',
  securityOrCommunityName: 'ada',
  securityLevel: 'AUTH_PRIV',
  usmUserAuthenticationProtocol: 'AuthSHA',
  authPassphrase: AUTH,
  usmUserPrivacyProtocol: 'PrivAES128',
  privPassphrase: PRIV,
  pduOidForMessage: OID,
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

function trialOf(settings: JsonObject, around?: TrialSurroundings) {
  const trial = startTrial(snmp, { version: 'V2c', securityOrCommunityName: 'public', ...settings }, around);
  stops.push(trial.close);
  return trial;
}

async function trapReceiver(): Promise<LiveFarEnd> {
  let receiver = await startTrapReceiver(snmptrapd!, ACCESS);
  const { port } = receiver;
  return {
    settings: { ...ada, connectionString: `udp:127.0.0.1/${port}`, timeout: 5_000 },
    refusedCredentials: { authPassphrase: 'canary-wrong-1188' },
    received: (title) => vi.waitFor(async () => expect(await receiver.log()).toContain(title), 30_000),
    async restart() {
      await receiver.stop();
      receiver = await startTrapReceiver(snmptrapd!, ACCESS, port);
    },
    stop: () => receiver.stop(),
  };
}

describeConnectionType(snmp, {
  least: {
    version: 'V2c',
    connectionString: 'udp:192.0.2.7/162',
    securityOrCommunityName: 'public',
    pduOidForMessage: OID,
  },
  full: {
    ...ada,
    connectionString: 'udp:192.0.2.7/162',
    retryCount: 0,
    timeout: 300,
    pduOidForTime: `${OID}.1`,
    pduVariableMap: { [`${OID}.2`]: 'severity' },
    privacyProtocolList: ['PrivAES256'],
    enableUserAuthentication: true,
    securityName: 'ada',
  },
  canaries: [AUTH, PRIV],
  unfit: {
    'an inform of version 1': { settings: { version: 'V1', messageType: 'INFORM' }, field: 'messageType' },
    'an address without a protocol': { settings: { connectionString: '192.0.2.7:162' }, field: 'connectionString' },
    'an address by TCP': { settings: { connectionString: 'tcp:192.0.2.7/162' }, field: 'connectionString' },
    'a port out of range': { settings: { connectionString: 'udp:192.0.2.7/65536' }, field: 'connectionString' },
    'an OID of words': { settings: { pduOidForMessage: 'sysDescr.0' }, field: 'pduOidForMessage' },
    'an OID of words for the time': { settings: { pduOidForTime: 'now' }, field: 'pduOidForTime' },
    'an OID of words among the variables': { settings: { pduVariableMap: { a: 'b' } }, field: 'pduVariableMap' },
    'authentication without a protocol': {
      settings: { version: 'V3', securityLevel: 'AUTH_NOPRIV', authPassphrase: AUTH },
      field: 'usmUserAuthenticationProtocol',
    },
    'authentication without a passphrase': {
      settings: { version: 'V3', enableUserAuthentication: true, usmUserAuthenticationProtocol: 'AuthSHA' },
      field: 'authPassphrase',
    },
    'a short passphrase': { settings: { ...ada, authPassphrase: 'seven77' }, field: 'authPassphrase' },
    'privacy without a protocol': {
      settings: { ...ada, usmUserPrivacyProtocol: null },
      field: 'usmUserPrivacyProtocol',
    },
    'privacy without a passphrase': { settings: { ...ada, privPassphrase: null }, field: 'privPassphrase' },
  },
  network: { at: (host, port) => ({ connectionString: `udp:${host}/${port}` }) },
  live: snmptrapd === undefined ? undefined : trapReceiver,
});

describe.skipIf(snmptrapd === undefined)('snmptrapd reads', () => {
  async function receiving(): Promise<RunningTrapReceiver> {
    const receiver = await startTrapReceiver(snmptrapd!, ACCESS);
    stops.push(receiver.stop);
    return receiver;
  }

  test.each([
    ['a trap of version 1', { version: 'V1' }],
    ['a trap of version 2c', { version: 'V2c' }],
    ['an inform of version 2c', { version: 'V2c', messageType: 'INFORM' }],
    ['an inform of a user who is known by name only', { ...ada, securityName: 'eve', securityLevel: 'NOAUTH_NOPRIV' }],
    [
      'an inform of a user who is authenticated',
      { ...ada, securityName: 'bob', securityLevel: 'AUTH_NOPRIV', usmUserAuthenticationProtocol: 'AuthHMAC384SHA512' },
    ],
    ['an inform of a user whose messages are encrypted', ada],
    ['a trap of a user whom it knows with our engine id', { ...ada, messageType: 'TRAP' }],
  ])('%s', async (_what, settings) => {
    const receiver = await receiving();
    const variables = { [`${OID}.2`]: 'severity', [`.${OID}.3`]: 'facts', [`${OID}.4`]: 'as it is' };
    const trial = trialOf({
      connectionString: `udp:${receiver.host}/${receiver.port}`,
      pduOidForMessage: `.${OID}`,
      pduOidForTime: `${OID}.1`,
      pduVariableMap: variables,
      timeout: 5_000,
      ...settings,
    });
    await (await trial.open()).notify?.(sampleNotice('The sync of crm failed'));
    await vi.waitFor(async () => expect(await receiver.log()).toContain('as it is'), 30_000);
    const log = await receiver.log();
    for (const read of [
      `.${OID} = STRING: "The sync of crm failed`,
      `.${OID}.1 = STRING: "2026-11-26T12:30:15.250Z"`,
      `.${OID}.2 = STRING: "error"`,
      `.${OID}.3 = STRING: "{\\"source_connection\\":\\"crm\\",\\"attempts\\":3}"`,
    ])
      expect(log).toContain(read);
  });

  test('no trap of an unknown community, whose inform is not acknowledged', async () => {
    const receiver = await receiving();
    const settings = {
      connectionString: `udp:${receiver.host}/${receiver.port}`,
      pduOidForMessage: OID,
      securityOrCommunityName: 'nobody',
      messageType: 'INFORM',
      retryCount: 0,
      timeout: 500,
    };
    await expect(trialOf(settings).test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('the community or user'),
    });
    expect(await receiver.log()).not.toContain(OID);
  });

  test.each([
    ['user', { securityName: 'mallory' }],
    ['protocol', { usmUserAuthenticationProtocol: 'AuthMD5' }],
  ])('no inform with a wrong %s, and says so', async (_what, changes) => {
    const receiver = await receiving();
    const trial = trialOf({ ...ada, connectionString: `udp:${receiver.host}/${receiver.port}`, ...changes });
    await expect(trial.test()).rejects.toMatchObject({ reason: 'credential' });
  });
});

describe('a trap', () => {
  test('is tested with an empty packet, refused to private addresses and to closed ports', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const settings = { connectionString: `udp:127.0.0.1/${port}`, pduOidForMessage: OID };
    const inside = trialOf(settings, { policy: { allow: [] } });
    await expect(inside.test()).rejects.toMatchObject({ reason: 'refused' });
    await expect((await inside.open()).notify?.(sampleNotice('x'))).rejects.toMatchObject({ reason: 'refused' });
    const [[packet], { message }] = await Promise.all([once(socket, 'message'), trialOf(settings).test()]);
    expect([(packet as Buffer).length, message]).toEqual([0, expect.stringContaining('not acknowledged')]);
    socket.close();
    await once(socket, 'close');
    await expect(trialOf(settings).test()).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('Check connectionString'),
    });
  });

  test.each(['PrivDES', 'Priv3DES', 'PrivAES192', 'PrivAES192with3DES'])(
    'with %s is refused in use, with the protocols that there are',
    async (usmUserPrivacyProtocol) => {
      const settings = { ...ada, connectionString: 'udp:127.0.0.1/162', usmUserPrivacyProtocol };
      for (const use of ['test', 'open'] as const) {
        await expect(trialOf(settings)[use]()).rejects.toMatchObject({
          reason: 'configuration',
          message: expect.stringContaining('PrivAES256with3DES'),
        });
      }
    },
  );
});

test('an address is read with names, and with IPv6 in brackets or without', () => {
  expect(parseTarget('udp:trap.example.test/162')).toEqual({ host: 'trap.example.test', port: 162 });
  expect(parseTarget('UDP:[2001:db8::1]/1162')).toEqual({ host: '2001:db8::1', port: 1162 });
  expect(parseTarget('udp:2001:db8::1/162')).toEqual({ host: '2001:db8::1', port: 162 });
  for (const bad of ['udp:/162', 'udp:host', 'udp:host/0', 'host/162', 'udp:ho st/162', 'udp:a/b/1'])
    expect(parseTarget(bad), bad).toBeUndefined();
});
