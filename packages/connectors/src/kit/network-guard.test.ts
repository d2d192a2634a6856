import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createNetworkGuard } from './network-guard.ts';
import type { Lookup } from './network-guard.ts';

/** Names that lead inside, as an attacker's zone or a cloud's resolver would answer. */
const ZONE: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1'],
  'localhost.localdomain': ['127.0.0.1'],
  'ip6-localhost': ['::1'],
  'metadata.google.internal': ['169.254.169.254'],
  'metadata.azure.test': ['168.63.129.16'],
  '127.0.0.1.nip.io': ['127.0.0.1'],
  '10-0-0-1.nip.io': ['10.0.0.1'],
  'mixed.test': ['93.184.215.14', '10.0.0.1'],
  'mixed6.test': ['93.184.215.14', '::ffff:10.0.0.1'],
  'aaaa.test': ['fd00:ec2::254'],
  'public.test': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
};

const lookup: Lookup = (name) => {
  const found = ZONE[name];
  if (!found) return Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
};

const REFUSED_URLS = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.0.1/',
  'http://0x7f.1/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://2130706433/',
  'http://127.0.0.1./',
  'http://127.255.255.254/',
  'http://%31%32%37.0.0.1/',
  'http://１２７.０.０.１/',
  'http://127。0。0。1/',
  'http://①②⑦.0.0.1/',
  'http://user@127.0.0.1/',
  'http://public.test@127.0.0.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://0.1.2.3/',
  'http://[::]/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b::a00:1]/',
  'http://[64:ff9b:1::1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fec0::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[ff02::1]/',
  'http://[2001:db8::1]/',
  'http://[100::1]/',
  'http://[5f00::1]/',
  'http://[4000::1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://[::ffff:169.254.169.254]/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://100.64.0.1/',
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://192.0.0.1/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://198.18.0.1/',
  'http://198.51.100.1/',
  'http://203.0.113.1/',
  'http://224.0.0.1/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://localhost.localdomain/',
  'http://ip6-localhost/',
  'http://metadata.google.internal/',
  'http://metadata.azure.test/',
  'http://127.0.0.1.nip.io/',
  'http://10-0-0-1.nip.io/',
  'http://mixed.test/',
  'http://mixed6.test/',
  'http://aaaa.test/',
  'https://public.test:22/',
  'http://public.test:25/',
  'http://public.test:6667/',
  'file:///etc/passwd',
  'ftp://public.test/',
  'gopher://public.test/',
  'data:text/plain,x',
  'ws://public.test/',
  'unix:/var/run/docker.sock',
];

/** What the HTTP client does before it connects. */
async function reach(url: string, allow: readonly string[] = [], names: Lookup = lookup): Promise<readonly string[]> {
  const guard = createNetworkGuard({ allow }, { lookup: names });
  const parsed = new URL(url);
  guard.checkUrl(parsed);
  return (await guard.resolve(parsed.hostname)).map((one) => one.address);
}

describe('network guard', () => {
  test.each(REFUSED_URLS)('F1-6 refuses %s', async (url) => {
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
    const guard = createNetworkGuard({ allow: [] }, { lookup });
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
