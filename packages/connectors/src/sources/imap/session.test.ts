import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeContext, type ProbeOptions } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningDovecot, startDovecot } from '../../testing/dovecot.ts';
import { imap } from './index.ts';

const program = findDebianProgram('dovecot', 'dovecot-imapd');
const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

describe.skipIf(program === undefined)('a session', () => {
  let pem: string;
  let plain: RunningDovecot;
  let secure: RunningDovecot;

  beforeAll(async () => {
    pem = await readFile(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
    plain = await startDovecot({ program: program ?? '' });
    secure = await startDovecot({ program: program ?? '', tls: pem, requireTls: true });
  });
  afterAll(async () => {
    await plain.stop();
    await secure.stop();
  });

  const check = (config: object, more: Omit<ProbeOptions, 'config'> = {}) =>
    imap.check(
      probeContext(imap, {
        config: { host: 'db.example.test', ...config },
        credentials: { username: plain.user, password: plain.password },
        lookup,
        ...more,
      }),
    );

  test('begins without TLS, with STARTTLS and with implicit TLS', async () => {
    const account = expect.stringContaining('ann@example.test@db.example.test:');
    expect(await check({ port: plain.port, tls: 'none' })).toEqual({ account });
    expect(await check({ port: secure.port, tls: 'starttls', ca: pem })).toEqual({ account });
    expect(await check({ port: secure.tlsPort, tls: 'implicit', ca: pem })).toEqual({ account });
    expect(await check({ port: secure.tlsPort, ca: pem })).toEqual({ account });
  });

  test('is refused when the certificate is not trusted or names another host', async () => {
    const refused = { message: expect.stringContaining('certificate') };
    await expect(check({ port: secure.port, tls: 'starttls' })).rejects.toMatchObject(refused);
    await expect(check({ port: secure.tlsPort })).rejects.toMatchObject(refused);
    const other = { host: 'other.example.test', ca: pem };
    await expect(check({ ...other, port: secure.port, tls: 'starttls' })).rejects.toMatchObject(refused);
    await expect(check({ ...other, port: secure.tlsPort })).rejects.toMatchObject(refused);
  });

  test('with STARTTLS never goes on without it', async () => {
    await expect(check({ port: plain.port, tls: 'starttls' })).rejects.toMatchObject({ reason: 'configuration' });
    const heard: string[] = [];
    const impostor = createServer((socket) => {
      socket.on('error', () => undefined).on('data', (data) => heard.push(data.toString()));
      socket.write('* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome\r\n');
    }).listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    try {
      const { port } = impostor.address() as AddressInfo;
      await expect(check({ port, tls: 'starttls' })).rejects.toMatchObject({ reason: 'configuration' });
      expect(heard.join('')).not.toContain('LOGIN');
    } finally {
      impostor.close();
    }
  });

  test('says which of the settings is wrong, and never the password', async () => {
    const wrong = { credentials: { username: plain.user, password: 'not-the-password-7' } };
    await expect(check({ port: plain.port, tls: 'none' }, wrong)).rejects.toMatchObject({ reason: 'credential' });
    await expect(check({ port: plain.port, tls: 'none' }, wrong)).rejects.not.toThrow('not-the-password-7');
    const fromOutside = { lookup: () => Promise.resolve([{ address: '127.0.0.2', family: 4 }]) };
    await expect(check({ port: secure.port, tls: 'none' }, fromOutside)).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('takes no password without TLS'),
    });
    await expect(check({ port: 1, tls: 'none' })).rejects.toMatchObject({ reason: 'unavailable' });
    const nowhere = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
    await expect(check({ tls: 'none' }, { lookup: nowhere })).rejects.toMatchObject({ reason: 'unavailable' });
    await expect(check({ port: plain.port, tls: 'none' }, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
  });

  test('with something that is no mail server ends with words', async () => {
    const stranger = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    try {
      const { port } = stranger.address() as AddressInfo;
      await expect(check({ port, tls: 'none' })).rejects.toMatchObject({ name: 'ConnectorError' });
    } finally {
      stranger.close();
    }
  });

  test('offers attachments only when they are wanted', async () => {
    const names = async (config: object) => {
      const given = { host: 'db.example.test', port: plain.port, tls: 'none', ...config };
      const credentials = { username: plain.user, password: plain.password };
      return (await imap.discover(probeContext(imap, { config: given, credentials }))).map(({ name }) => name);
    };
    expect(await names({})).toEqual(['messages', 'attachments']);
    expect(await names({ attachments: false })).toEqual(['messages']);
  });
});
