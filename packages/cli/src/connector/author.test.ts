import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import { testTerminal } from '../testing-terminal.ts';
import { type OrdersApi, startOrdersApi } from './testing-orders-api.ts';

let folder: string;
let api: OrdersApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-author-'));
  api = await startOrdersApi();
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

async function tributary(...args: readonly string[]) {
  const terminal = testTerminal();
  const code = await runCli(['connector', ...args], terminal);
  return { code, out: terminal.written.out, err: terminal.written.err };
}

const flags = (url: string): readonly string[] => [
  '--name=orders',
  `--base-url=${url}`,
  '--stream=orders',
  '--records=items',
  '--paging=cursor',
  '--next=meta.next',
  '--incremental=updated_at',
];

describe('from a new connector to a test of it', () => {
  let place: string;

  beforeAll(async () => {
    place = join(folder, 'orders');
    const made = await tributary('new', place, ...flags(api.url));
    expect(made.err).toBe('');
    expect(made.out).toContain('manifest.yaml');
    const config = { api_token: api.token, start_date: '2020-01-01T00:00:00Z' };
    await writeFile(join(place, 'config.json'), JSON.stringify(config));
    const recorded = await tributary('test', place, '--record');
    expect(recorded.err).toBe('');
    expect(recorded.code).toBe(0);
    expect(recorded.out).toMatch(/Wrote \d answers/);
  });

  test('a recording is played without the source, and is green', async () => {
    const before = api.asked.length;
    const played = await tributary('test', join(place, 'manifest.yaml'));
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(played.out).toMatch(/orders +4 +\d +passed +\{"updated_at":"2026-01-04T00:00:00Z"\}/);
    expect(api.asked).toHaveLength(before);
    expect(await expected()).toEqual({ streams: { orders: { records: 4, firstKey: '1' } } });
  });

  const expected = async (): Promise<unknown> => JSON.parse(await readFile(join(place, 'expected.json'), 'utf8'));

  /** Tests with a manifest that was changed, and changes it back. */
  const testWith = async (from: string | RegExp, to: string, ...args: readonly string[]) => {
    const path = join(place, 'manifest.yaml');
    const text = await readFile(path, 'utf8');
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    await writeFile(path, changed);
    try {
      return await tributary('test', place, ...args);
    } finally {
      await writeFile(path, text);
    }
  };

  test.each([
    [
      'another field_path',
      '[items]',
      '[data]',
      /orders: 4 records were expected, and it read 0.*lists at \[items\].*`field_path`/,
    ],
    [
      'a key that is not there',
      'primary_key: id',
      'primary_key: number',
      /4 of its 4 records have nothing at `number`/,
    ],
    [
      'a key of several records',
      'primary_key: id',
      'primary_key: kind',
      /Several of its records have the same key \(order\)/,
    ],
    [
      'another path',
      'path: orders',
      'path: order',
      /Nothing was recorded for GET http:\S+\/order\?updated_since=2020-01-01T00:00:00Z/,
    ],
    [
      'another filter',
      'field_name: updated_since',
      'field_name: since',
      /this was recorded: \?updated_since=.*record again/,
    ],
  ])('a manifest with %s is red, and the words say what to do', async (_what, from, to, words) => {
    const { code, out, err } = await testWith(from, to);
    expect(out).toMatch(words);
    expect(err).toContain('1 of 1 streams (orders)');
    expect(code).toBe(11);
  });

  test('a read that does not go on from its state is red', async () => {
    const recorded = await readFile(join(place, 'recorded.json'), 'utf8');
    // Answers of an API that looks at no time.
    await writeFile(join(place, 'recorded.json'), recorded.replaceAll(/[?&]updated_since=[^"&]*/g, ''));
    const { code, out } = await testWith(/ +start_time_option:\n(?: {8}.*\n){3}/, '');
    await writeFile(join(place, 'recorded.json'), recorded);
    expect(out).toContain('give its `incremental_sync` a `start_time_option`');
    expect(code).toBe(11);
  });

  test('records that do not fit the schema are a warning', async () => {
    const { code, out } = await testWith('id: { type: [string, integer, "null"] }', 'id: { type: boolean }');
    expect(out).toContain('Its records do not fit its schema: id: must be boolean');
    expect(code).toBe(0);
  });

  test('what is expected is written down again when it is asked for', async () => {
    const renewed = await testWith('primary_key: id', 'primary_key: title', '--update');
    expect(renewed.code).toBe(0);
    expect(await expected()).toEqual({ streams: { orders: { records: 4, firstKey: 'Order 1' } } });
    expect((await tributary('test', place)).out).toContain('expected under the key Order 1, and has 1');
    expect((await tributary('test', place, '--update')).code).toBe(0);
  });

  test('programs are told in JSON', async () => {
    const { out } = await tributary('test', place, '--json');
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'passed',
      check: { verdict: 'passed' },
      streams: [
        {
          stream: 'orders',
          records: 4,
          verdict: 'passed',
          problems: [],
          state: { updated_at: '2026-01-04T00:00:00Z' },
        },
      ],
    });
  });

  test('nothing is written over', async () => {
    const { code, err } = await tributary('new', place, ...flags(api.url));
    expect(err).toContain('is there already');
    expect(code).toBe(2);
  });

  test('a source that refuses is no recording', async () => {
    const before = await readFile(join(place, 'recorded.json'), 'utf8');
    const config = join(folder, 'wrong.json');
    await writeFile(config, JSON.stringify({ api_token: 'wrong-canary', start_date: '2020-01-01T00:00:00Z' }));
    const { code, err } = await tributary('test', place, '--record', '--config', config);
    expect(err).toContain('Nothing was written');
    expect(err).not.toContain('wrong-canary');
    expect(code).toBe(11);
    expect(await readFile(join(place, 'recorded.json'), 'utf8')).toBe(before);
  });
});

test('says what is missing before there is a recording', async () => {
  const place = join(folder, 'bare');
  await tributary('new', place, ...flags(api.url));
  const [played, recorded, nowhere] = await Promise.all([
    tributary('test', place),
    tributary('test', place, '--record'),
    tributary('test', join(folder, 'nowhere')),
  ]);
  expect(played.err).toContain('--record');
  expect(recorded.err).toContain('config.example.json');
  expect(nowhere.err).toContain('tributary connector new');
  expect([played.code, recorded.code, nowhere.code]).toEqual([2, 2, 2]);
});

test('F1-14 no secret of the configuration, and none that was fetched, is in what is written, in any spelling', async () => {
  const place = join(folder, 'secrets');
  const secrets = { client_secret: 'canary "client"/&+ü', refresh_token: 'canary-refresh/0815==' };
  const oauth = await startOrdersApi(secrets.refresh_token);
  try {
    const more = ['--auth', 'oauth', '--token-url', `${oauth.url}/token`];
    expect((await tributary('new', place, ...flags(oauth.url), ...more)).err).toBe('');
    const config = { client_id: 'me', ...secrets, start_date: '2020-01-01T00:00:00Z' };
    const path = join(folder, 'oauth.json');
    await writeFile(path, JSON.stringify(config));
    expect(await tributary('test', place, '--record', '--config', path)).toMatchObject({ code: 0, err: '' });
    const names = await readdir(place);
    expect(names).toEqual(expect.arrayContaining(['recorded.json', 'recorded-config.json', 'expected.json']));
    const written = (await Promise.all(names.map((name) => readFile(join(place, name), 'utf8')))).join('\n');
    const fetched = oauth.asked.filter((asked) => asked === '/token').map((_, at) => `fetched-canary-${at + 1}`);
    expect(fetched.length).toBeGreaterThan(0);
    for (const secret of [...Object.values(secrets), ...fetched])
      for (const spelling of spellingsOf(secret)) expect(written, secret).not.toContain(spelling);
    expect(written).not.toMatch(/canary/);
    expect(written).toContain('recorded-secret');
    expect(await tributary('test', place)).toMatchObject({ code: 0, err: '' });
  } finally {
    await oauth.close();
  }
});

const spellingsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ '': secret }).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
];
