import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlayedGithub } from './testing-github.ts';
import { SyncedStream } from './testing-sync.ts';
import type { Run } from './testing-sync.ts';

const ROCKET = 'acme/rocket';
let github: PlayedGithub;
let files: SyncedStream;

const streamOf = (config: object = {}): SyncedStream =>
  new SyncedStream('files', { base_url: `${github.url}/api/v3`, repositories: [ROCKET], ...config });

beforeEach(async () => {
  github = await PlayedGithub.start();
  files = streamOf();
});
afterEach(() => github.close());

const bare = (keys: readonly string[]): readonly string[] => keys.map((key) => key.slice(ROCKET.length + 1));
const downloads = (): number => github.requests.filter(({ path }) => path.includes('/git/blobs/')).length;
const failuresOf = ({ pages }: Run) => pages.flatMap((page) => page.failures ?? []);

test('all are read at first, then those whose contents changed; gone and renamed ones go', async () => {
  github.commit(ROCKET, { 'README.md': '# Rocket', 'docs/a.md': 'a', 'docs/old.md': 'kept words', 'src/x.ts': 'code' });
  expect(bare((await files.sync()).read)).toEqual(['README.md', 'docs/a.md', 'docs/old.md']);
  github.requests.length = 0;
  expect((await files.sync()).read).toEqual([]);
  expect(github.requests.map(({ status }) => status)).toEqual([304]);
  github.commit(ROCKET, { 'README.md': '# Rocket II', 'docs/new.md': 'kept words', 'src/x.ts': 'other code' });
  github.requests.length = 0;
  expect(bare((await files.sync()).read)).toEqual(['README.md', 'docs/new.md']);
  expect(downloads()).toBe(2);
  expect(bare(files.held)).toEqual(['README.md', 'docs/new.md']);
});

test('deletes are reported for one repository while another does not change', async () => {
  const both = streamOf({ repositories: [ROCKET, 'acme/skates'] });
  github.commit('acme/skates', { 'README.md': 'skates' });
  github.commit(ROCKET, { 'README.md': 'rocket', 'a.md': 'a' });
  await both.sync();
  github.commit(ROCKET, { 'README.md': 'rocket' });
  await both.sync();
  expect(both.held).toEqual(['acme/rocket/README.md', 'acme/skates/README.md']);
});

test('a reading that was cut goes on in the same commit, and the next one reads what came since', async () => {
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`${1_000 + at}.md`, `page ${at}`]));
  github.commit(ROCKET, many);
  expect((await files.sync({ stopAfter: 1 })).read).toHaveLength(200);
  github.commit(ROCKET, { ...many, '1000.md': 'changed', '1249.md': 'changed' });
  const rest = await files.sync();
  expect(rest.read).toHaveLength(50);
  expect(rest.pages.flatMap((page) => page.present ?? [])).toHaveLength(200);
  expect(bare((await files.sync()).read)).toEqual(['1000.md', '1249.md']);
});

test('a commit that a forced push swept away makes the cursor expire', async () => {
  const old = github.commit(ROCKET, { 'README.md': 'old' });
  await files.sync();
  github.repository(ROCKET).commits.delete(old);
  github.commit(ROCKET, { 'README.md': 'new' });
  await expect(files.sync()).rejects.toMatchObject({ reason: 'cursor_expired' });
});

test('other patterns or limits read all anew', async () => {
  github.commit(ROCKET, { 'README.md': 'words', 'src/x.ts': 'code', 'vendor/y.ts': 'left out' });
  await files.sync();
  expect(bare((await files.sync({ config: { include_files: ['**/*.ts'] } })).read)).toEqual(['src/x.ts']);
  expect(bare(files.held)).toEqual(['src/x.ts']);
  github.requests.length = 0;
  await files.sync({ config: { include_files: [] } });
  expect([files.held, github.requests]).toEqual([[], []]);
});

test('a tree that is cut off is read folder by folder, without those that are left out', async () => {
  github.treeSize = 3;
  github.commit(ROCKET, {
    'a/b/deep.md': 'deep',
    'a/one.md': 'one',
    'node_modules/x/y.md': 'left out',
    'top.md': 'top',
    'z/1.md': '1',
    'z/2.md': '2',
    'z/3.md': '3',
    'z/4.md': '4',
  });
  await files.sync();
  expect(bare(files.held)).toEqual(['a/b/deep.md', 'a/one.md', 'top.md', 'z/1.md', 'z/2.md', 'z/3.md', 'z/4.md']);
  expect(github.requests.filter(({ path }) => path.includes('/git/trees/'))).toHaveLength(2 + 2 + 1);
});

test('links and submodules are no files; large and broken ones are found by their path', async () => {
  github.commit(ROCKET, {
    'big.md': 'x'.repeat(101),
    'broken.pdf': '%PDF-1.7 nothing',
    'link.md': 'link:README.md',
    'module.md': 'module:other',
    'größe/a b#1.md': '# Größe\n\nwords',
  });
  const run = await files.sync({ config: { include_files: ['**'], max_file_bytes: 100 } });
  expect(bare(run.read)).toEqual(['big.md', 'broken.pdf', 'größe/a b#1.md']);
  expect(failuresOf(run).map(({ key, code }) => [key, code])).toEqual([
    ['acme/rocket/big.md', 'too_large'],
    ['acme/rocket/broken.pdf', 'broken'],
  ]);
  const row = run.pages[0]!.upserts[2]!;
  expect(run.stream.text!(row)).toContain('words');
  expect(run.stream.describe!(row)).toEqual({
    name: 'Größe',
    url: `${github.url}/acme/rocket/blob/HEAD/gr%C3%B6%C3%9Fe/a%20b%231.md`,
    breadcrumbs: [
      { id: ROCKET, name: ROCKET, type: 'repository' },
      { id: 'größe', name: 'größe', type: 'folder' },
    ],
  });
});

test('a blob that cannot be had is a failure of its file; a server that is down is not', async () => {
  github.commit(ROCKET, { 'a.md': 'a', 'b.md': 'b' });
  let broken: string | undefined;
  github.intercept = (path) => {
    if (!path.includes('/git/blobs/')) return undefined;
    broken ??= path;
    return path === broken ? { status: 422, body: '{}' } : undefined;
  };
  expect(failuresOf(await files.sync()).map(({ code }) => code)).toEqual(['unreadable']);
  github.commit(ROCKET, { 'a.md': 'other', 'b.md': 'b' });
  github.intercept = (path) => (path.includes('/git/blobs/') ? { status: 502, body: '' } : undefined);
  await expect(files.sync()).rejects.toMatchObject({ reason: 'unavailable' });
});

test('an empty repository has none, until it has a commit', async () => {
  github.repository(ROCKET);
  expect((await files.sync()).read).toEqual([]);
  github.commit(ROCKET, { 'README.md': 'first' });
  expect(bare((await files.sync()).read)).toEqual(['README.md']);
});
