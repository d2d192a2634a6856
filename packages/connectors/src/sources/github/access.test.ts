import { afterEach, beforeEach, expect, test } from 'vitest';
import { bearer } from '../../kit/authorization.ts';
import { Secret } from '../../kit/secret.ts';
import { github as connector } from './index.ts';
import { PlayedGithub, TOKEN } from './testing-github.ts';
import { readingOf, SyncedStream } from './testing-sync.ts';

let github: PlayedGithub;

beforeEach(async () => {
  github = await PlayedGithub.start();
  github.issue('acme/rocket', 1, '2026-01-01T00:00:00Z');
});
afterEach(() => github.close());

async function check(config: object, token?: string): Promise<string> {
  const reading = readingOf({ base_url: github.url, ...config }, token);
  try {
    return (await connector.check(reading.ctx)).account;
  } finally {
    await reading.close();
  }
}

test('a public repository needs no token; with one, the account is its owner', async () => {
  expect(await check({ repositories: ['acme/rocket'] })).toBe('acme/rocket');
  expect(await check({ owner: 'acme' })).toBe('acme');
  expect(await check({ repositories: ['acme/rocket'] }, TOKEN)).toBe('octocat');
});

test('access that was granted by OAuth is asked for its header, and named as a token when it sees too little', async () => {
  let asked = 0;
  const authorization = {
    header: () => Promise.resolve(bearer(new Secret(asked++ === 0 ? 'lapsed' : TOKEN))),
    renew: () => Promise.resolve(true),
  };
  const credentials = { authorization, captured: {} };
  const granted = async (config: object): Promise<string> => {
    const reading = readingOf({ base_url: github.url, ...config });
    try {
      return (await connector.check({ ...reading.ctx, credentials })).account;
    } finally {
      await reading.close();
    }
  };
  expect(await granted({ repositories: ['acme/rocket'] })).toBe('octocat');
  await expect(granted({ repositories: ['acme/none'] })).rejects.toMatchObject({
    message: expect.stringContaining('the token may not see it'),
  });
});

test('the token of an app, which belongs to nobody, is taken too', async () => {
  github.intercept = (path) => (path === '/user' ? { status: 403, body: '{"message":"not accessible"}' } : undefined);
  expect(await check({ repositories: ['acme/rocket'] }, TOKEN)).toBe('acme/rocket');
});

test('what is configured wrongly is named, with what to change', async () => {
  github.repository('acme/secret');
  github.secluded.add('acme/secret');
  const configuration = (words: RegExp) => ({ reason: 'configuration', message: expect.stringMatching(words) });
  await expect(check({})).rejects.toMatchObject(configuration(/name repositories or an owner/));
  await expect(check({ owner: 'nobody' })).rejects.toMatchObject(configuration(/no organization or user nobody/));
  await expect(check({ repositories: ['acme/secret'] })).rejects.toMatchObject(
    configuration(/acme\/secret.*needs a token/),
  );
  await expect(check({ repositories: ['acme/none'] }, TOKEN)).rejects.toMatchObject(
    configuration(/acme\/none.*the token may not see it/),
  );
  await expect(check({ repositories: ['acme/rocket'] }, 'a-wrong-token')).rejects.toMatchObject({
    reason: 'credential',
  });
  for (const name of ['issues', 'pull_requests', 'comments', 'files', 'repositories']) {
    const stream = new SyncedStream(name, { base_url: github.url, repositories: ['acme/none'] });
    await expect(stream.sync(), name).rejects.toMatchObject(configuration(/acme\/none/));
  }
});

test('a host that is not there is called so', async () => {
  const { url } = github;
  github.close();
  const reading = readingOf({ base_url: url, repositories: ['acme/rocket'] });
  await expect(connector.check(reading.ctx)).rejects.toMatchObject({ reason: 'unavailable' });
  await reading.close();
});

test('a limit that is used up gives the job back until it is reset, by GitHub’s own clock', async () => {
  const reset = String(Math.ceil(Date.now() / 1_000) + 1_800);
  const limits = [
    { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, least: 1_700_000 },
    { headers: { 'x-ratelimit-remaining': '4000', 'retry-after': '90' }, least: 90_000 },
    { headers: { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': reset }, least: 60_000 },
  ];
  for (const { headers, least } of limits) {
    github.intercept = () => ({ status: 403, headers, body: '{"message":"API rate limit exceeded"}' });
    const issues = new SyncedStream('issues', { base_url: github.url, repositories: ['acme/rocket'] });
    const error: unknown = await issues.sync().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: 'rate_limited', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect([retryAfterMs >= least, retryAfterMs <= least + 110_000]).toEqual([true, true]);
  }
});

test('no link to a next page can lead the token elsewhere', async () => {
  github.pageSize = 1;
  github.issue('acme/rocket', 2, '2026-01-01T00:00:00Z');
  github.linkOrigin = 'http://thief.example';
  const issues = new SyncedStream('issues', { base_url: github.url, repositories: ['acme/rocket'] });
  expect((await issues.sync({ token: TOKEN })).read).toHaveLength(2);
});
