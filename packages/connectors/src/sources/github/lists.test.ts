import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PlayedGithub, TOKEN } from './testing-github.ts';
import { SyncedStream } from './testing-sync.ts';

const ROCKET = 'acme/rocket';
let github: PlayedGithub;

beforeEach(async () => {
  github = await PlayedGithub.start();
});
afterEach(() => github.close());

const streamOf = (name: string, config: object = {}): SyncedStream =>
  new SyncedStream(name, { base_url: github.url, repositories: [ROCKET], ...config });

const minute = (at: number): string => new Date(Date.UTC(2026, 1, 1, 0, at)).toISOString().replace('.000Z', 'Z');
const key = (number: number): string => String(github.repository(ROCKET).id * 1_000 + number);
const keys = (...numbers: readonly number[]): readonly string[] => numbers.map(key);

describe('issues', () => {
  test('are read by their time of change, without pull requests; later only what changed', async () => {
    for (let at = 1; at <= 4; at += 1) github.issue(ROCKET, at, minute(at * 10), at === 3 ? { pull_request: {} } : {});
    const issues = streamOf('issues');
    expect((await issues.sync()).read).toEqual(keys(1, 2, 4));
    expect((await issues.sync()).read, 'the look-back reads the newest once more').toEqual(keys(4));
    Object.assign(github.repository(ROCKET).issues[0]!, { updated_at: minute(90), state: 'closed' });
    github.issue(ROCKET, 5, minute(95));
    expect((await issues.sync()).read).toEqual(keys(4, 1, 5));
    expect(issues.held).toEqual(keys(1, 2, 4, 5));
    expect(github.requests.at(-1)!.path).toContain(`since=${minute(35)}`);
  });

  test('are all read although items change between two pages, and although a second holds more than a page', async () => {
    github.pageSize = 3;
    for (let at = 1; at <= 8; at += 1) github.issue(ROCKET, at, minute(at));
    for (let at = 9; at <= 16; at += 1) github.issue(ROCKET, at, minute(60));
    const issues = streamOf('issues');
    const touched = [1, 2, 4, 9];
    const { read } = await issues.sync({
      onPage() {
        const number = touched.shift();
        if (number !== undefined) github.repository(ROCKET).issues[number - 1]!.updated_at = minute(100 + number);
      },
    });
    expect(new Set(read)).toEqual(new Set(keys(...Array.from({ length: 16 }, (_, at) => at + 1))));
    expect(issues.held).toHaveLength(16);
  });

  test('that are gone are found by a full refresh, also by one that was interrupted, and by nothing else', async () => {
    github.pageSize = 2;
    for (let at = 1; at <= 6; at += 1) github.issue(ROCKET, at, minute(at * 10));
    const issues = streamOf('issues');
    await issues.sync();
    github.repository(ROCKET).issues.splice(1, 1);
    await issues.sync();
    expect(issues.held).toContain(key(2));
    await issues.sync({ fullRefresh: true, stopAfter: 1 });
    await issues.sync({ fullRefresh: true, goesOn: true });
    expect(issues.held).toEqual(keys(1, 3, 4, 5, 6));
    await issues.sync({ fullRefresh: true, stopAfter: 1 });
    await issues.sync();
    expect(issues.held, 'another job has not named what the interrupted one named').toEqual(keys(1, 3, 4, 5, 6));
  });

  test('are none where they are turned off, and one of a strange form stops nothing', async () => {
    const issues = streamOf('issues');
    github.issue(ROCKET, 1, minute(1));
    github.issue(ROCKET, 2, minute(2), { title: null });
    const { read, pages } = await issues.sync();
    expect(read).toEqual(keys(1));
    expect(pages[0]!.failures).toEqual([{ key: key(2), code: 'invalid', message: expect.stringContaining('title') }]);
    github.repository(ROCKET).hasIssues = false;
    expect((await issues.sync()).read).toEqual([]);
  });

  test('say what they are about, and keep no body among the fields', async () => {
    github.issue(ROCKET, 7, minute(7), { title: 'Engine stalls', body: 'when it rains' });
    const { stream, pages } = await streamOf('issues').sync();
    const [row] = pages[0]!.upserts;
    expect(stream.text!(row!)).toBe('Engine stalls\nwhen it rains\nbug');
    expect(stream.fields!(row!)).not.toHaveProperty('body');
    expect(stream.describe!(row!)).toEqual({
      name: 'Engine stalls',
      url: 'https://github.com/acme/rocket/issues/7',
      createdAt: Date.UTC(2026, 0, 1),
      updatedAt: Date.UTC(2026, 1, 1, 0, 7),
      breadcrumbs: [{ id: ROCKET, name: ROCKET, type: 'repository' }],
    });
  });
});

describe('pull requests', () => {
  const pull = (number: number, at: number) =>
    github.issue(ROCKET, number, minute(at), { pull_request: {}, created_at: minute(number) });

  test('cost one request that is not counted while nothing changes, and else no more pages than changed', async () => {
    github.pageSize = 4;
    for (let number = 1; number <= 10; number += 1) pull(number, 200 - number * 10);
    const pulls = streamOf('pull_requests');
    expect((await pulls.sync()).read).toEqual(keys(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    github.requests.length = 0;
    expect((await pulls.sync()).read).toEqual([]);
    expect(github.requests.map(({ status }) => status)).toEqual([304]);
    github.repository(ROCKET).pulls[3]!.updated_at = minute(220);
    pull(11, 230);
    github.requests.length = 0;
    expect((await pulls.sync()).read, 'the look-back reads the newest once more').toEqual(keys(11, 4, 1));
    expect(github.requests).toHaveLength(1);
    expect(pulls.held).toHaveLength(11);
  });

  test('go on in the order of creation after a cut, and miss nothing that changed during the reading', async () => {
    github.pageSize = 2;
    for (let number = 1; number <= 6; number += 1) pull(number, number);
    const pulls = streamOf('pull_requests');
    expect((await pulls.sync({ stopAfter: 1 })).read).toEqual(keys(1, 2));
    Object.assign(github.repository(ROCKET).pulls[0]!, { updated_at: minute(200), title: 'Renamed' });
    expect((await pulls.sync()).read).toEqual(keys(3, 4, 5, 6));
    expect((await pulls.sync()).read).toContain(key(1));
    expect(pulls.holding.records.get(key(1))).toContain('Renamed');
  });

  test('are followed from none to the first', async () => {
    github.repository(ROCKET);
    const pulls = streamOf('pull_requests');
    expect((await pulls.sync()).read).toEqual([]);
    pull(1, 1);
    expect((await pulls.sync()).read).toEqual(keys(1));
  });
});

test('comments of both kinds are told apart and followed each by its own time', async () => {
  github.pageSize = 2;
  for (let at = 1; at <= 5; at += 1) github.comment(ROCKET, 'issue', at, minute(at * 10));
  github.comment(ROCKET, 'review', 1, minute(1));
  const comments = streamOf('comments');
  const first = await comments.sync();
  expect(first.read).toEqual(['issue-1', 'issue-2', 'issue-3', 'issue-4', 'issue-5', 'review-1']);
  Object.assign(github.repository(ROCKET).issueComments[0]!, { body: 'edited', updated_at: minute(70) });
  github.comment(ROCKET, 'review', 2, minute(2), 'on a line');
  const second = await comments.sync();
  expect(second.read).toEqual(['issue-5', 'issue-1', 'review-1', 'review-2']);
  expect(second.pages.flatMap((page) => page.upserts.map((row) => second.stream.text!(row)))).toEqual([
    'Comment 5',
    'edited',
    'Comment 1\nsrc/main.ts',
    'on a line\nsrc/main.ts',
  ]);
  expect(second.stream.describe!(second.pages[0]!.upserts[0]!)).toMatchObject({
    name: 'Somebody on #7',
    breadcrumbs: [{ id: ROCKET }, { id: `${ROCKET}#7`, type: 'issue' }],
  });
});

describe('repositories', () => {
  test('that are named cost nothing of the limit while they do not change, and those left out are gone', async () => {
    for (const name of ['acme/rocket', 'acme/skates']) github.repository(name);
    const named = streamOf('repositories', { repositories: ['ACME/Rocket', 'acme/rocket', 'acme/skates'] });
    expect((await named.sync()).read).toHaveLength(2);
    github.repository('acme/skates').description = 'With wheels';
    github.requests.length = 0;
    expect((await named.sync()).read).toEqual([String(github.repository('acme/skates').id)]);
    expect(github.requests.map(({ status }) => status)).toEqual([304, 200]);
    await named.sync({ config: { repositories: ['acme/rocket'] } });
    expect(named.held).toEqual([String(github.repository('acme/rocket').id)]);
  });

  test('are all those of an organization or a user, page by page, without forks; private ones by the token', async () => {
    github.pageSize = 2;
    for (const name of ['acme/a', 'acme/b', 'acme/c', 'octocat/x', 'octocat/secret']) github.repository(name);
    github.repository('acme/fork').fork = true;
    github.organizations.add('acme');
    github.secluded.add('octocat/secret');
    const ofOwner = async (owner: string, options: { token?: string; config?: object } = {}) => {
      const { pages } = await streamOf('repositories', { repositories: [], owner }).sync(options);
      return pages.flatMap((page) => page.upserts.map((row) => row['full_name']));
    };
    expect(await ofOwner('acme')).toEqual(['acme/a', 'acme/b', 'acme/c']);
    expect(await ofOwner('acme', { config: { include_forks: true } })).toHaveLength(4);
    expect(await ofOwner('acme', { config: { repositories: ['acme/fork'] } })).toHaveLength(4);
    expect(await ofOwner('octocat')).toEqual(['octocat/x']);
    expect(await ofOwner('octocat', { token: TOKEN })).toEqual(['octocat/x', 'octocat/secret']);
    github.issue('acme/c', 1, minute(1));
    const issues = streamOf('issues', { repositories: [], owner: 'acme' });
    const { cursors } = await issues.sync();
    expect(issues.held).toHaveLength(1);
    expect([...cursors.keys()]).toEqual(['acme/c']);
  });
});
