import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Holding } from '../../kit/contract-reading.ts';
import { startTurnstile } from '../../kit/turnstile-server.ts';
import { S3_BUCKET, startS3 } from '../../testing/s3-server.ts';
import type { RunningS3 } from '../../testing/s3-server.ts';
import { LOOKBACK_MS } from '../../documents/listing-tracker.ts';
import { s3 } from './index.ts';
import { errorAnswer, playStore } from './testing-store.ts';
import type { PlayedAnswer, PlayedObject, PlayedStore } from './testing-store.ts';
import { readingOf, sync } from './testing-sync.ts';
import type { SyncOptions } from './testing-sync.ts';

let server: RunningS3;
let holding: Holding;
let number = 0;
/** Every test has a folder of its own in the one bucket. */
let folder: string;

beforeAll(async () => {
  server = await startS3();
});
afterAll(() => server.stop());
beforeEach(() => {
  holding = new Holding();
  folder = `test-${(number += 1)}/`;
});
afterEach(() => void vi.unstubAllEnvs());

const put = (key: string, content: string | Buffer, headers?: Record<string, string>): Promise<void> =>
  server.put(`${folder}${key}`, content, headers);

const syncHere = (options: SyncOptions = {}) =>
  sync(server.url, { holding, ...options, config: { prefixes: [folder], ...options.config } });

const bare = (keys: readonly string[]): readonly string[] => keys.map((key) => key.slice(folder.length));
const held = (): readonly string[] => bare([...holding.records.keys()].sort());

describe('what is new, changed and gone', () => {
  test('reads only what changed since the last run, names the rest, and finds what is gone', async () => {
    await put('a.md', '# One');
    await put('b.txt', 'two');
    await put('c.txt', 'three');
    const first = await syncHere();
    expect(bare(first.read)).toEqual(['a.md', 'b.txt', 'c.txt']);
    const quiet = await syncHere({ since: first.cursor });
    expect([bare(quiet.read), bare(quiet.present)]).toEqual([[], ['a.md', 'b.txt', 'c.txt']]);
    expect(quiet.pages.at(-1)!.complete).toBe(true);
    await put('b.txt', 'two, but longer');
    await server.delete(`${folder}c.txt`);
    await put('d.txt', 'four');
    const third = await syncHere({ since: quiet.cursor });
    expect(bare(third.read)).toEqual(['b.txt', 'd.txt']);
    expect(held()).toEqual(['a.md', 'b.txt', 'd.txt']);
  });

  test('notices an object that was replaced by an older one, and one that came with an old date', async () => {
    await put('a.txt', 'new');
    await put('b.txt', 'stays');
    const first = await syncHere({ aheadMs: LOOKBACK_MS * 10 });
    await put('a.txt', 'old');
    await put('c.txt', 'replica');
    for (const key of ['a.txt', 'c.txt']) server.setModifiedAt(`${folder}${key}`, new Date('2001-01-01'));
    const second = await syncHere({ since: first.cursor, aheadMs: LOOKBACK_MS * 20 });
    expect(bare(second.read)).toEqual(['a.txt', 'c.txt']);
  });

  test('reads all again under other patterns or limits', async () => {
    await put('a.md', 'a');
    await put('b.txt', 'b');
    const first = await syncHere({ config: { include: ['**/*.md'] } });
    expect(bare(first.read)).toEqual(['a.md']);
    const wider = await syncHere({ since: first.cursor, config: { exclude: ['**/b.*'], max_file_bytes: 1_000 } });
    expect(bare(wider.read)).toEqual(['a.md']);
    expect(bare((await syncHere({ since: wider.cursor })).read)).toEqual(['a.md', 'b.txt']);
  });

  test('lists beyond a thousand objects, and goes on after a cut without reading twice what was committed', async () => {
    const keys = Array.from({ length: 1_050 }, (_, at) => `${String(at).padStart(4, '0')}.txt`);
    server.fill(folder, keys);
    for (const key of keys) server.setModifiedAt(`${folder}${key}`, new Date('2026-01-01'));
    const cut = await syncHere({ stopAfter: 2 });
    expect(cut.pages.some((page) => page.complete)).toBe(false);
    await server.delete(`${folder}0000.txt`);
    const rest = await syncHere({ since: cut.cursor });
    expect(bare(rest.read)[0]).toBe('0400.txt');
    expect(rest.read).toHaveLength(650);
    expect(held()).toEqual(keys.slice(1));
    const quiet = await syncHere({ since: rest.cursor });
    expect([quiet.read.length, quiet.present.length]).toEqual([0, 1_049]);
  });

  test('claims nothing when the listing breaks off, so that nothing is deleted', async () => {
    server.fill(
      folder,
      Array.from({ length: 250 }, (_, at) => `${at}.txt`),
    );
    await syncHere();
    const turnstile = await startTurnstile(server.url);
    const broken = sync(turnstile.origin, {
      holding,
      config: { prefixes: [folder] },
      onPage: () => turnstile.rule(() => ({ status: 500 })),
    });
    await expect(broken).rejects.toMatchObject({ reason: 'unavailable' });
    expect(held()).toHaveLength(250);
    await turnstile.close();
  });
});

describe('what is read', () => {
  test('divides a bucket by its prefixes, none of them inside another', async () => {
    const reading = readingOf(server.url, { config: { prefixes: ['a/b/', 'c/', 'a/', 'c/'] } });
    const [stream] = await s3.discover(reading.ctx);
    expect((await stream!.slices!()).map((slice) => slice.value)).toEqual([{ prefix: 'c/' }, { prefix: 'a/' }]);
    await reading.close();
  });

  test('describes an object by title, address, time and folders, and keeps no text among the fields', async () => {
    await put('handbook/the plan #1.md', 'intro\n\n# The plan\n\nwords');
    await put('folder/', '');
    const { stream, pages, read } = await syncHere();
    expect(bare(read)).toEqual(['handbook/the plan #1.md']);
    const [row] = pages[0]!.upserts;
    expect(stream.text!(row!)).toContain('words');
    expect(stream.fields!(row!)).not.toHaveProperty('text');
    expect(stream.describe!(row!)).toEqual({
      name: 'The plan',
      url: `${server.url}/${S3_BUCKET}/${folder}handbook/the%20plan%20%231.md`,
      updatedAt: expect.any(Number),
      breadcrumbs: [
        { id: S3_BUCKET, name: S3_BUCKET, type: 'bucket' },
        { id: folder.slice(0, -1), name: folder.slice(0, -1), type: 'folder' },
        { id: `${folder}handbook`, name: 'handbook', type: 'folder' },
      ],
    });
  });

  test('reads keys of every kind, and bytes that were stored compressed', async () => {
    const keys = ["it's (1)!*.txt", '100%.txt', 'a%20b.txt', 'a+b & c=d?.txt', 'größe/日本 語.txt', 'tilde~@:,;$.txt'];
    for (const key of keys) await put(key, `words of ${key}`);
    await put('zipped.txt', gzipSync('words of zipped.txt'), { 'content-encoding': 'gzip' });
    const { pages, stream } = await syncHere();
    const texts = pages.flatMap((page) => page.upserts.map((row) => stream.text!(row)));
    expect(new Set(texts)).toEqual(new Set([...keys, 'zipped.txt'].map((key) => `words of ${key}`)));
  });

  test('does not download what is too large or holds no text, and finds it by its key', async () => {
    const store = await playStore([{ key: 'big/report.txt', size: 11 }, { key: 'photo.png' }, { key: 'small.txt' }]);
    const { pages, stream } = await sync(store.url, { config: { max_file_bytes: 10 } });
    expect(store.asked).toEqual(['small.txt']);
    expect(pages[0]!.upserts.map((row) => stream.text!(row))).toEqual([
      'big report.txt',
      'photo.png',
      'words of small.txt',
    ]);
    expect(pages[0]!.failures!.map(({ key, code }) => [key, code])).toEqual([['big/report.txt', 'too_large']]);
    store.close();
  });
});

describe('what cannot be read', () => {
  let store: PlayedStore;
  afterEach(() => store.close());

  test('names each object that cannot be read, says why, and goes on; what is gone is left out', async () => {
    const objects: readonly PlayedObject[] = [
      { key: 'a/../b.txt' },
      { key: 'archived.txt', storageClass: 'GLACIER', get: errorAnswer(403, 'InvalidObjectState') },
      { key: 'control\u0001.txt' },
      { key: 'forbidden.txt', get: errorAnswer(403, 'AccessDenied') },
      { key: 'gone.txt', get: errorAnswer(404, 'NoSuchKey') },
      { key: 'strange.txt', get: { status: 200, headers: { 'content-encoding': 'klingon' }, body: 'x' } },
      { key: 'z.txt' },
    ];
    store = await playStore(objects);
    const { pages, stream, cursor } = await sync(store.url, { holding });
    expect(pages[0]!.failures!.map(({ key, code }) => [key, code])).toEqual([
      ['a/../b.txt', 'unreadable'],
      ['archived.txt', 'archived'],
      ['forbidden.txt', 'forbidden'],
      ['strange.txt', 'unreadable'],
    ]);
    expect(pages[0]!.failures!.map(({ message }) => message).join()).toMatch(/restore it.*s3:GetObject/);
    expect(pages[0]!.upserts.map((row) => stream.text!(row))).toEqual([
      'a .. b.txt',
      'archived.txt',
      'words of control\u0001.txt',
      'forbidden.txt',
      'strange.txt',
      'words of z.txt',
    ]);
    expect([...holding.records.keys()]).not.toContain('gone.txt');
    store.asked.length = 0;
    await sync(store.url, { since: cursor, holding });
    expect(store.asked, 'tried again: what may get better by itself').toEqual([
      'forbidden.txt',
      'gone.txt',
      'strange.txt',
    ]);
  });

  const refusals: readonly (readonly [string, PlayedAnswer, string, RegExp])[] = [
    [
      'a bucket of another region, by a redirect',
      { ...errorAnswer(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-central-1' } },
      'configuration',
      /set region to eu-central-1/,
    ],
    [
      'a bucket of another region, by the host that it names',
      errorAnswer(307, 'TemporaryRedirect', { Endpoint: 'b.s3.ap-south-1.amazonaws.com' }),
      'configuration',
      /set region to ap-south-1/,
    ],
    [
      'a bucket of another region, by the signature',
      errorAnswer(400, 'AuthorizationHeaderMalformed', { Region: 'eu-west-3' }),
      'configuration',
      /set region to eu-west-3/,
    ],
    ['a wrong secret', errorAnswer(403, 'SignatureDoesNotMatch'), 'credential', /secret access key/],
    ['an expired token', errorAnswer(400, 'ExpiredToken'), 'credential', /session token has expired/],
    ['a key without rights', errorAnswer(403, 'AccessDenied'), 'credential', /s3:ListBucket/],
    ['a clock that is off', errorAnswer(403, 'RequestTimeTooSkewed'), 'configuration', /clocks/],
    ['a slow store', errorAnswer(503, 'SlowDown'), 'unavailable', /503/],
    [
      'another kind of server',
      { status: 200, body: '<html>Sign in</html>' },
      'invalid_answer',
      /check the endpoint|as S3 does/,
    ],
    ['another kind of refusal', { status: 404, body: 'not found' }, 'invalid_answer', /check the endpoint/],
  ];

  test.each(refusals)('says what to change about %s', async (_what, answer, reason, words) => {
    store = await playStore([], answer);
    const reading = readingOf(store.url);
    await expect(s3.check(reading.ctx)).rejects.toMatchObject({ reason, message: expect.stringMatching(words) });
    await reading.close();
  });

  test('says which bucket, key or host is not there', async () => {
    store = await playStore([]);
    const { url: nobody } = store;
    store.close();
    const causes: readonly (readonly [SyncOptions, string, string, RegExp])[] = [
      [{ config: { bucket: 'no-such-bucket' } }, server.url, 'configuration', /no bucket no-such-bucket/],
      [{ credentials: { access_key_id: 'STRANGER' } }, server.url, 'credential', /access key id/],
      [{}, nobody, 'unavailable', /ECONNREFUSED/],
    ];
    for (const [options, endpoint, reason, words] of causes) {
      const reading = readingOf(endpoint, options);
      await expect(s3.check(reading.ctx)).rejects.toMatchObject({ reason, message: expect.stringMatching(words) });
      await reading.close();
    }
  });

  test('heeds no variable or profile of the host, and sends what it was given', async () => {
    store = await playStore([{ key: 'a.txt' }]);
    const foreign = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      AWS_REGION: 'mars-north-1',
      AWS_ACCESS_KEY_ID: 'FOREIGN',
      AWS_SECRET_ACCESS_KEY: 'foreign',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_PROFILE: 'nobody',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_RETRY_MODE: 'nonsense',
      AWS_MAX_ATTEMPTS: 'nonsense',
    };
    for (const [name, value] of Object.entries(foreign)) vi.stubEnv(name, value);
    const { read } = await sync(store.url, { credentials: { session_token: 'a-session' } });
    expect(read).toEqual(['a.txt']);
    expect(store.headers()).toMatchObject({
      'user-agent': 'Tributary',
      'x-amz-security-token': 'a-session',
      authorization: expect.stringMatching(/Credential=S3RVER\/\d+\/us-east-1\/s3/),
    });
  });
});
