import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { describeConnectionType } from '../../kit/connection-type-contract.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { freePort, giveToServer, serverFolder, startOwnedProcess, untilReady } from '../../testing/owned-process.ts';
import { probeType, type TypeProbeOptions } from '../../testing/type-probe.ts';
import { linuxScript } from './index.ts';

const HOST = '127.0.0.1';
const PASSWORD = 'canary pa55 word';
const sshd = findDebianProgram('sshd', 'openssh-server');
const keygen = findDebianProgram('ssh-keygen', 'openssh-client');
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const check = (port: number, more: object = {}, options: TypeProbeOptions = {}) =>
  linuxScript.test(
    probeType(linuxScript, { hostName: HOST, sshPort: port, username: 'ann', password: PASSWORD, ...more }, options),
  );

interface PlayedHost {
  readonly port: number;
  readonly commands: string[];
  sessions: number;
}

/** The library's own server: OpenSSH takes passwords of accounts of the machine only. */
async function playHost(way: 'password' | 'keyboard-interactive', exit = 0): Promise<PlayedHost> {
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  const played = { port: 0, commands: [] as string[], sessions: 0 };
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    client.on('authentication', (ask) => {
      if (ask.method !== way) return ask.reject([way]);
      const decide = (given: string | undefined) =>
        ask.username === 'ann' && given === PASSWORD ? ask.accept() : ask.reject();
      if (ask.method === 'password') return decide(ask.password);
      if (ask.method === 'keyboard-interactive')
        ask.prompt([{ prompt: 'Password: ', echo: false }], ([given]) => decide(given));
    });
    client.on('error', () => undefined);
    client.on('session', (accept) => {
      played.sessions += 1;
      const session = accept();
      session.on('exec', (agree, _refuse, { command }) => {
        played.commands.push(command);
        const channel = agree();
        channel.exit(exit);
        channel.end();
      });
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  stops.push(() => server.close());
  played.port = (server.address() as AddressInfo).port;
  return played;
}

describe('a Linux host', () => {
  test.each(['password', 'keyboard-interactive'] as const)(
    'is logged in to by %s, and runs nothing but exit',
    async (way) => {
      const host = await playHost(way);
      const { message } = await check(host.port);
      expect(message).toMatch(/^ann may run commands at 127\.0\.0\.1, whose host key is SHA256:[\w+/]{43}$/);
      expect(host).toMatchObject({ commands: ['exit 0'], sessions: 1 });
    },
  );

  test('that lets the account run nothing says so', async () => {
    const host = await playHost('password', 1);
    expect((await check(host.port)).message).toContain('exit status 1');
  });

  test('that refuses the password is told apart, and the password is not said', async () => {
    const host = await playHost('password');
    const wrong = check(host.port, { password: 'not-the-canary-0815' });
    await expect(wrong).rejects.toMatchObject({ reason: 'credential', message: expect.stringContaining('ann') });
    await expect(wrong).rejects.not.toThrow('not-the-canary-0815');
  });

  test('is not dialled at a private address, unless the operator allows it', async () => {
    const host = await playHost('password');
    await expect(check(host.port, {}, { allow: [] })).rejects.toMatchObject({ reason: 'refused' });
    expect(host.sessions).toBe(0);
  });

  test('that is none says so', async () => {
    await expect(check(await freePort())).rejects.toMatchObject({ reason: 'unavailable' });
    expect(() => probeType(linuxScript, { hostName: HOST, username: 'ann' })).toThrow('Password is required');
  });

  test('is held by a worker without a session', async () => {
    const host = await playHost('password');
    const opened = await linuxScript.open(
      probeType(linuxScript, { hostName: HOST, sshPort: host.port, username: 'ann', password: PASSWORD }),
    );
    await opened.close();
    await opened.close();
    expect(host.sessions).toBe(0);
  });
});

describe.skipIf(sshd === undefined || keygen === undefined)('OpenSSH', () => {
  test('shows the host key that its own tools show, and refuses a password that is none', async () => {
    const folder = await serverFolder('sshd');
    const [key, config, port] = [join(folder, 'host_key'), join(folder, 'sshd_config'), await freePort()];
    execFileSync(keygen ?? '', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const shown = execFileSync(keygen ?? '', ['-l', '-f', key])
      .toString('utf8')
      .split(' ')[1];
    await writeFile(
      config,
      `ListenAddress ${HOST}:${port}\nHostKey ${key}\nPidFile none\nUsePAM no\nPasswordAuthentication yes\n`,
    );
    await giveToServer(folder);
    const server = startOwnedProcess(sshd ?? '', ['-D', '-e', '-f', config], folder);
    stops.push(() => server.stop());
    await untilReady(server, () => Promise.resolve(server.said().includes('listening')));
    const refusal = { reason: 'credential', message: expect.stringContaining(`host key ${shown}`) };
    await expect(check(port)).rejects.toMatchObject(refusal);
  });
});

const CANARY = 'canary-ssh-4711';
describeConnectionType(linuxScript, {
  least: { hostName: 'host.example.test', username: 'ann', password: CANARY },
  full: { hostName: 'host.example.test', sshPort: 2222, username: 'ann', password: CANARY },
  canaries: [CANARY],
  network: { at: (hostName, sshPort) => ({ hostName, sshPort }) },
  async live() {
    const host = await playHost('password');
    const [stop] = stops.splice(-1);
    return {
      settings: { hostName: HOST, sshPort: host.port, username: 'ann', password: PASSWORD },
      refusedCredentials: { password: 'not-the-canary-0815' },
      stop: () => void stop?.(),
    };
  },
});
