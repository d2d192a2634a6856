import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueRow } from './rows.ts';
import { startRecordedGithub } from './testing-recorded.ts';
import type { RecordedGithub } from './testing-recorded.ts';
import { SyncedStream } from './testing-sync.ts';

let recorded: RecordedGithub;

beforeAll(async () => {
  recorded = await startRecordedGithub('per_page=3');
});
afterAll(() => recorded.stop());

test('takes a repository as GitHub gave it', async () => {
  const base_url = await recorded.load('get-repository');
  const stream = new SyncedStream('repositories', { base_url, repositories: ['octokit-fixture-org/hello-world'] });
  const { pages } = await stream.sync();
  expect(pages.flatMap((page) => page.failures ?? [])).toEqual([]);
  expect(pages[0]!.upserts).toEqual([
    expect.objectContaining({
      id: 1_000,
      full_name: 'octokit-fixture-org/hello-world',
      description: null,
      default_branch: 'master',
      created_at: '2017-10-10T16:00:00Z',
    }),
  ]);
});

test('takes issues as GitHub gave them, page by page along its links', async () => {
  const base_url = await recorded.load('paginate-issues');
  const stream = new SyncedStream('issues', { base_url, repositories: ['octokit-fixture-org/paginate-issues'] });
  const { pages } = await stream.sync();
  expect(pages.flatMap((page) => page.failures ?? [])).toEqual([]);
  const titles = pages.flatMap((page) => page.upserts.map((row) => row['title']));
  expect(titles).toEqual(Array.from({ length: 13 }, (_, at) => `Test issue ${13 - at}`));
});

test('takes an issue with labels and a body as the search gave it', async () => {
  const base_url = await recorded.load('search-issues');
  const answer = await fetch(`${base_url}/search/issues?q=sesame%20repo%3Aoctokit-fixture-org%2Fsearch-issues`);
  const { items } = (await answer.json()) as { readonly items: readonly unknown[] };
  const rows = items.map((item) => issueRow('octokit-fixture-org/search-issues', item));
  expect(rows).toHaveLength(2);
  for (const { title, body } of rows) expect(`${title} ${body}`).toMatch(/sesame/i);
});
