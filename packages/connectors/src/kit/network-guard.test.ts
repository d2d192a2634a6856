import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createNetworkGuard } from './network-guard.ts';
import type { Lookup } from './network-guard.ts';
import { privateUrls, ZONE, zoneLookup } from './testing-private-urls.ts';

/** What the HTTP client does before it connects. */
async function reach(
  url: string,
  allow: readonly string[] = [],
  names: Lookup = zoneLookup,
): Promise<readonly string[]> {
  const guard = createNetworkGuard({ allow }, { lookup: names });
  const parsed = new URL(url);
  guard.checkUrl(parsed);
  return (await guard.resolve(parsed.hostname)).map((one) => one.address);
}

describe('network guard', () => {
  test.each(privateUrls)('F1-6 refuses %s', async (url) => {
    await expect(reach(url)).rejects.toMatchObject({ name: 'ConnectorError', reason: 'refused' });
  });

  test('F1-6 lets public names and addresses pass, in the order of the resolver', async () => {
    expect(await reach('https://public.test./x')).toEqual(ZONE['public.test']);
    expect(await reach('http://93.184.215.14:8080/')).toEqual(['93.184.215.14']);
    expect(await reach('http://[2606:2800:21f::1]/')).toEqual(['2606:2800:21f::1']);
    expect(await reach('http://[64:ff9b::5db8:d70e]/')).toEqual(['64:ff9b::5db8:d70e']);
  });

  test('F1-6 opens exactly the ranges that the operator names', async () => {
    expect(await reach('http://localhost/', ['127.0.0.0/8'])).toEqual(['127.0.0.1']);
    expect(await reach('http://[::ffff:10.1.2.3]/', ['10.0.0.0/8'])).toEqual(['::ffff:a01:203']);
    expect(await reach('http://[::1]/', ['::1'])).toEqual(['::1']);
    await expect(reach('http://10.1.2.3/', ['10.0.0.0/16'])).rejects.toMatchObject({ reason: 'refused' });
    await expect(reach('http://mixed.test/', ['172.16.0.0/12'])).rejects.toMatchObject({ reason: 'refused' });
    expect(() => createNetworkGuard({ allow: ['10.0.0.0/99'] })).toThrow(/10\.0\.0\.0\/99/);
  });

  test('F1-6 refuses the spellings that drivers pass as a bare host', async () => {
    const guard = createNetworkGuard({ allow: [] }, { lookup: zoneLookup });
    for (const host of [
      '127.1',
      '0x7f.1',
      '2130706433',
      '[::1]',
      '::1',
      '::ffff:127.0.0.1',
      'localhost.',
      '１２７.1',
    ]) {
      await expect(guard.resolve(host), host).rejects.toMatchObject({ reason: 'refused' });
    }
    for (const host of [
      '',
      '/var/run/postgresql',
      'a b',
      'user@public.test',
      'public.test:5432',
      'fe80::1%eth0',
      '\\\\x',
    ]) {
      await expect(guard.resolve(host), host).rejects.toMatchObject({ reason: 'configuration' });
    }
  });

  test('does not tell an address that a name resolves to', async () => {
    const error: unknown = await reach('http://10-0-0-1.nip.io/').catch((reason: unknown) => reason);
    expect(String(error)).toContain('10-0-0-1.nip.io');
    expect(String(error)).not.toContain('10.0.0.1');
  });

  test('F1-6 hands out the address that it checked, although the name server rebinds the name', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    const server = await startNameServer(() => answers.shift() ?? '127.0.0.1');
    const resolver = new Resolver();
    resolver.setServers([server.address]);
    const names: Lookup = async (name) => (await resolver.resolve4(name)).map((address) => ({ address, family: 4 }));
    try {
      expect(await reach('http://rebind.test/', [], names)).toEqual(['93.184.215.14']);
      await expect(reach('http://rebind.test/', [], names)).rejects.toMatchObject({ reason: 'refused' });
    } finally {
      server.close();
    }
  });
});

/** A name server on UDP (RFC 1035) that answers every question with one A record of lifetime 0. */
async function startNameServer(next: () => string): Promise<{ readonly address: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const questionEnd = query.indexOf(0, 12) + 5;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 6);
    header.writeUInt32BE(0, 8);
    const answer = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...next().split('.').map(Number)]);
    socket.send(Buffer.concat([header, query.subarray(12, questionEnd), answer]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}
