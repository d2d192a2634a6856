import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { nkeys } from '@nats-io/transport-node';
import { afterEach, describe, expect, test } from 'vitest';
import { probeContext, type ProbeOptions } from '../../testing/connector-probe.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningNats, startNats, type StartNatsOptions } from '../../testing/nats-server.ts';
import { overlaps, targetsOf } from './find-streams.ts';
import { Config } from './config.ts';
import { nats } from './index.ts';

const program = findDebianProgram('nats-server', 'nats-server');
const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

const { createAccount, createOperator, createUser } = nkeys;
type KeyPair = ReturnType<typeof createUser>;

/** A claim of the decentralised login (NATS JWT v2), signed by its issuer. */
function claim(issuer: KeyPair, subject: KeyPair, type: string, more: object = {}): string {
  const coded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(performance.timeOrigin / 1_000);
  const body = {
    jti: randomUUID(),
    iat: now,
    iss: issuer.getPublicKey(),
    name: type,
    sub: subject.getPublicKey(),
    nats: { type, version: 2, ...more },
  };
  const text = `${coded({ typ: 'JWT', alg: 'ed25519-nkey' })}.${coded(body)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}

describe.skipIf(program === undefined)('a connection', () => {
  let running: RunningNats | undefined;
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  const start = async (options: Omit<StartNatsOptions, 'program'> = {}): Promise<void> => {
    running = await startNats({ program: program ?? '', ...options });
  };
  const check = (more: Omit<ProbeOptions, 'config'> & { readonly config?: object } = {}) => {
    const config = { host: 'db.example.test', port: running?.port, ...more.config };
    return nats.check(probeContext(nats, { lookup, ...more, config }));
  };
  const ok = { account: expect.stringContaining('db.example.test:') };

  test('needs no credentials where none are asked for', async () => {
    await start();
    expect(await check()).toEqual(ok);
  });

  test('takes a user and a password, and a token', async () => {
    await start({ authorization: 'authorization { user: ann, password: "s3cret!" }' });
    expect(await check({ credentials: { username: 'ann', password: 's3cret!' } })).toEqual({
      account: expect.stringContaining('ann@'),
    });
    const wrong = { credentials: { username: 'ann', password: 'not-the-password-7' } };
    await expect(check(wrong)).rejects.toMatchObject({ reason: 'credential' });
    await expect(check(wrong)).rejects.not.toThrow('not-the-password-7');
    await expect(check()).rejects.toMatchObject({ reason: 'credential' });
    await running?.stop();
    await start({ authorization: 'authorization { token: "t0ken" }' });
    expect(await check({ credentials: { token: 't0ken' } })).toEqual(ok);
    await expect(check({ credentials: { token: 'other' } })).rejects.toMatchObject({ reason: 'credential' });
  });

  test('takes the seed of an NKey, and a credentials file', async () => {
    const user = createUser();
    const seed = (pair: KeyPair) => new TextDecoder().decode(pair.getSeed());
    await start({ authorization: `authorization { users: [{ nkey: ${user.getPublicKey()} }] }` });
    expect(await check({ credentials: { nkey_seed: seed(user) } })).toEqual(ok);
    await expect(check({ credentials: { nkey_seed: seed(createUser()) } })).rejects.toMatchObject({
      reason: 'credential',
    });
    await running?.stop();

    const [operator, account, system] = [createOperator(), createAccount(), createAccount()];
    const limits = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
    const open = { subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1, wildcards: true };
    const accounts = [
      [account, { limits: { ...open, ...limits } }],
      [system, { limits: open }],
    ] as const;
    const preload = accounts.map(([one, more]) => `${one.getPublicKey()}: ${claim(operator, one, 'account', more)}`);
    await start({
      authorization: `operator: ${claim(operator, operator, 'operator')}
        system_account: ${system.getPublicKey()}
        resolver: MEMORY
        resolver_preload: { ${preload.join('\n')} }`,
    });
    const creds = (jwt: string) =>
      `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed(user)}\n------END USER NKEY SEED------\n`;
    const userLimits = { subs: -1, data: -1, payload: -1 };
    expect(await check({ credentials: { creds: creds(claim(account, user, 'user', userLimits)) } })).toEqual(ok);
    const stranger = creds(claim(createAccount(), user, 'user', userLimits));
    await expect(check({ credentials: { creds: stranger } })).rejects.toMatchObject({ reason: 'credential' });
    await expect(check({ credentials: { creds: 'no such file' } })).rejects.toMatchObject({ name: 'ConnectorError' });
  });

  test('is in TLS when that is demanded or offered, with a certificate that is trusted and names the host', async () => {
    const pem = await readFile(new URL('../../kit/fixtures/db.example.test.pem', import.meta.url), 'utf8');
    await start({ tls: pem });
    expect(await check({ config: { tls: 'require', ca: pem } })).toEqual(ok);
    expect(await check({ config: { ca: pem } })).toEqual(ok);
    expect(await check({ config: { ca: pem, host: '127.0.0.1' } })).toEqual({ account: expect.anything() });
    const untrusted = { reason: 'configuration', message: expect.stringContaining('certificate') };
    await expect(check({ config: { tls: 'require' } })).rejects.toMatchObject(untrusted);
    await expect(check({ config: { ca: pem, host: 'other.example.test' } })).rejects.toMatchObject(untrusted);
    await expect(check({ config: { tls: 'none' } })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('demands TLS'),
    });
    await running?.stop();
    await start();
    await expect(check({ config: { tls: 'require' } })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('offers no TLS'),
    });
  });

  test('says what is wrong with the server, the rights or the address', async () => {
    await start({ jetstream: false });
    await expect(check()).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('JetStream'),
    });
    await running?.stop();
    await start({
      authorization:
        'authorization { users: [{ user: ann, password: pw, permissions: { publish: ["other.>"], subscribe: [">"] } }] }',
    });
    await expect(check({ credentials: { username: 'ann', password: 'pw' } })).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('$JS.API'),
    });
    await expect(check({ config: { port: 1 } })).rejects.toMatchObject({ reason: 'unavailable' });
    await expect(check({ allow: [] })).rejects.toMatchObject({ reason: 'refused' });
  });

  test('is one of several that do not meet', async () => {
    await start();
    const others = await startNats({ program: program ?? '', authorization: 'authorization { token: x }' });
    try {
      const checks = Array.from({ length: 10 }, (_, at) =>
        at % 2 === 0 ? check() : check({ config: { port: others.port }, credentials: { token: 'x' } }),
      );
      expect((await Promise.all(checks)).map(({ account }) => account)).toEqual(
        Array.from({ length: 10 }, (_, at) => `db.example.test:${at % 2 === 0 ? running?.port : others.port}`),
      );
    } finally {
      await others.stop();
    }
  });
});

describe('the streams that are read', () => {
  const held = (name: string, subjects: string[], retention: 'limits' | 'workqueue' = 'limits') => ({
    config: { name, subjects, retention },
  });
  const streams = [
    held('ORDERS', ['orders.>']),
    held('OBJ_files', ['$O.files.>']),
    held('MIRROR', []),
    held('WORK', ['work'], 'workqueue'),
  ];
  const names = (config: object) => targetsOf(streams, Config.parse({ host: 'x', ...config })).map(({ name }) => name);

  test('are all but object stores and work queues, or the named ones', () => {
    expect(names({})).toEqual(['MIRROR', 'ORDERS']);
    expect(names({ include_streams: ['O*'] })).toEqual(['OBJ_files', 'ORDERS']);
    expect(names({ exclude_streams: ['*R'] })).toEqual(['ORDERS']);
    expect(names({ subjects: ['orders.eu', 'other'] })).toEqual([
      'MIRROR:orders.eu',
      'MIRROR:other',
      'ORDERS:orders.eu',
    ]);
  });

  test.each([
    ['orders.>', 'orders.eu.1', true],
    ['orders.*', 'orders.eu.1', false],
    ['*.eu', 'orders.>', true],
    ['a.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['a.>', 'a', false],
  ])('the subjects %s and %s meet: %s', (one, other, meet) => {
    expect([overlaps(one, other), overlaps(other, one)]).toEqual([meet, meet]);
  });
});
