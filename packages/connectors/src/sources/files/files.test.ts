import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { Stream } from '../../kit/connector.ts';
import { LOOKBACK_MS } from './change-tracker.ts';
import { files } from './index.ts';

let folder: string;
let holding: Holding;

function write(path: string, content: string | Buffer): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const made: string[] = [];

function makeFolder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'files-source-')));
  made.push(path);
  return path;
}

interface Run {
  readonly pages: readonly Page<JsonObject, unknown>[];
  readonly read: readonly string[];
  readonly cursor: unknown;
  readonly stream: Stream;
}

/** One job on a clock that runs ahead of the machine's, so that the lookback does not reach the test's own writes. */
async function sync(
  options: {
    readonly since?: unknown;
    readonly aheadMs?: number;
    readonly config?: object;
    readonly stopAfter?: number;
  } = {},
): Promise<Run> {
  const reading = startReading(files, { config: { path: folder, ...options.config }, roots: [folder] });
  const { aheadMs = 2 * LOOKBACK_MS } = options;
  const ctx = { ...reading.ctx, clock: { ...reading.ctx.clock, now: () => Date.now() + aheadMs } };
  const stream = (await files.discover(ctx))[0]!;
  const since = options.since === undefined ? undefined : stream.parseCursor(jsonCopy(options.since));
  holding.begin();
  const pages: Page<JsonObject, unknown>[] = [];
  for await (const page of stream.read(since)) {
    pages.push(page);
    holding.take(stream, page);
    if (pages.length === options.stopAfter) break;
  }
  await reading.close();
  return {
    pages,
    stream,
    read: pages.flatMap((page) => page.upserts.map((row) => stream.key(row))),
    cursor: pages.map((page) => page.cursor).findLast((cursor) => cursor !== undefined),
  };
}

const held = (): readonly string[] => [...holding.records.keys()].sort();

beforeEach(() => {
  folder = makeFolder();
  holding = new Holding();
});

afterEach(() => void execFileSync('rm', ['-rf', folder]));

afterAll(() => void execFileSync('rm', ['-rf', ...made]));

describeConnector(files, {
  http: { none: 'it reads the disk' },
  prepare() {
    const root = makeFolder();
    for (let at = 0; at < 450; at += 1) {
      mkdirSync(join(root, `d${at % 7}`), { recursive: true });
      writeFileSync(join(root, `d${at % 7}/${at}.txt`), `file ${at}`);
    }
    return { config: { path: root }, roots: [root] };
  },
});

describe('what is new, changed and gone', () => {
  test('reads only what changed since the last run, and names the rest as present', async () => {
    write('a.md', '# One');
    write('deep/er/b.txt', 'two');
    const first = await sync();
    expect(first.read).toEqual(['a.md', 'deep/er/b.txt']);
    const quiet = await sync({ since: first.cursor, aheadMs: 4 * LOOKBACK_MS });
    expect(quiet.read).toEqual([]);
    expect(quiet.pages.flatMap((page) => page.present ?? [])).toEqual(['a.md', 'deep/er/b.txt']);
    expect(quiet.pages.at(-1)!.complete).toBe(true);
    const third = await sync({ since: first.cursor, aheadMs: 0 });
    expect(third.read, 'a run whose clock is behind the cursor trusts nothing').toHaveLength(2);
  });

  test('reads again what changed within the lookback, since clocks and file systems disagree', async () => {
    write('a.txt', 'one');
    const first = await sync({ aheadMs: 0 });
    expect((await sync({ since: first.cursor, aheadMs: 1_000 })).read).toEqual(['a.txt']);
  });

  test('finds deleted and renamed files, and renamed folders with all that is below them', async () => {
    for (const path of ['gone.txt', 'old-name.txt', 'old-folder/x.txt', 'old-folder/y/z.txt', 'stays.txt'])
      write(path, path);
    const past = new Date('2001-01-01');
    utimesSync(join(folder, 'old-folder/x.txt'), past, past);
    await waitForClock();
    const first = await sync({ aheadMs: LOOKBACK_MS });
    await waitForClock();
    rmSync(join(folder, 'gone.txt'));
    renameSync(join(folder, 'old-name.txt'), join(folder, 'new-name.txt'));
    renameSync(join(folder, 'old-folder'), join(folder, 'new-folder'));
    const second = await sync({ since: first.cursor, aheadMs: LOOKBACK_MS + 1 });
    expect(second.read).not.toContain('stays.txt');
    expect(held()).toEqual(['new-folder/x.txt', 'new-folder/y/z.txt', 'new-name.txt', 'stays.txt']);
  });

  test('finds a file that was moved in with old times, alone and inside a folder', async () => {
    const outside = makeFolder();
    mkdirSync(join(outside, 'folder/sub'), { recursive: true });
    writeFileSync(join(outside, 'single.txt'), 's');
    writeFileSync(join(outside, 'folder/sub/deep.txt'), 'd');
    write('here.txt', 'h');
    await waitForClock();
    const first = await sync({ aheadMs: LOOKBACK_MS });
    await waitForClock();
    const past = new Date('2001-01-01');
    utimesSync(join(outside, 'single.txt'), past, past);
    renameSync(join(outside, 'single.txt'), join(folder, 'single.txt'));
    renameSync(join(outside, 'folder'), join(folder, 'folder'));
    writeFileSync(join(folder, 'folder/later.txt'), 'l');
    const second = await sync({ since: first.cursor, aheadMs: LOOKBACK_MS + 1 });
    expect(second.read).toEqual(expect.arrayContaining(['folder/later.txt', 'folder/sub/deep.txt', 'single.txt']));
    expect(second.read).not.toContain('here.txt');
    expect(held()).toEqual(['folder/later.txt', 'folder/sub/deep.txt', 'here.txt', 'single.txt']);
    execFileSync('rm', ['-rf', outside]);
  });

  test('reads all again under other patterns or limits, and when another folder took the path', async () => {
    write('a.md', 'a');
    write('b.txt', 'b');
    const first = await sync({ config: { include: ['**/*.md'] } });
    expect(first.read).toEqual(['a.md']);
    const wider = await sync({ since: first.cursor, aheadMs: 4 * LOOKBACK_MS });
    expect(wider.read).toEqual(['a.md', 'b.txt']);
    renameSync(folder, `${folder}-old`);
    mkdirSync(folder);
    write('c.txt', 'c');
    await sync({ since: wider.cursor, aheadMs: 6 * LOOKBACK_MS });
    expect(held()).toEqual(['c.txt']);
    execFileSync('rm', ['-rf', `${folder}-old`]);
  });

  test('goes on after a crash without reading twice what was committed, and still finds what is gone', async () => {
    for (let at = 0; at < 450; at += 1) write(`${String(at).padStart(3, '0')}.txt`, `file ${at}`);
    const cut = await sync({ stopAfter: 1 });
    expect(cut.pages[0]!.complete).toBeUndefined();
    rmSync(join(folder, '000.txt'));
    const rest = await sync({ since: cut.cursor, aheadMs: 4 * LOOKBACK_MS });
    expect(rest.read[0]).toBe('200.txt');
    expect(rest.read).toHaveLength(250);
    expect(held()).toHaveLength(449);
    const quiet = await sync({ since: rest.cursor, aheadMs: 6 * LOOKBACK_MS });
    expect(quiet.read).toEqual([]);
  });

  test('keeps a small cursor however many files there are', async () => {
    for (let at = 0; at < 1_000; at += 1) write(`${at}.txt`, 'x');
    const { pages } = await sync();
    for (const { cursor } of pages) expect(JSON.stringify(cursor).length).toBeLessThan(300);
  });
});

/** Until the machine's clock has left the ticks of the file system's behind. */
async function waitForClock(): Promise<void> {
  const start = Date.now();
  await vi.waitFor(() => expect(Date.now() - start).toBeGreaterThan(40), { interval: 5, timeout: 30_000 });
}

describe('what cannot be read', () => {
  test('F1-20 passes over links that lead out of the folder', async () => {
    const secret = join(makeFolder(), 'secret.txt');
    writeFileSync(secret, 'secret');
    write('a.txt', 'a');
    symlinkSync(secret, join(folder, 'link.txt'));
    symlinkSync(join(secret, '..'), join(folder, 'linked'));
    expect((await sync()).read).toEqual(['a.txt']);
    const outside = startReading(files, { config: { path: join(secret, '..') }, roots: [folder] });
    await expect(files.check(outside.ctx)).rejects.toMatchObject({ reason: 'refused' });
    await expect(files.check(startReading(files, { config: { path: folder } }).ctx)).rejects.toThrow(
      'TRIBUTARY_FILE_ROOTS',
    );
  });

  test('lists broken and oversized files by their names, says why, and goes on', async () => {
    write('a-broken.pdf', '%PDF-1.7 nothing of a PDF');
    write('b-broken.docx', 'PK nothing of a zip');
    write('c-big.txt', '');
    truncateSync(join(folder, 'c-big.txt'), 10_000_001);
    write('d-fine.txt', 'fine words');
    const { pages, stream } = await sync();
    const [page] = pages;
    expect(page!.failures!.map(({ key, code }) => [key, code])).toEqual([
      ['a-broken.pdf', 'broken'],
      ['b-broken.docx', 'broken'],
      ['c-big.txt', 'too_large'],
    ]);
    for (const failure of page!.failures!) expect(failure.message).toContain(failure.key);
    expect(page!.upserts.map((row) => stream.text!(row))).toEqual([
      'a-broken.pdf',
      'b-broken.docx',
      'c-big.txt',
      'fine words',
    ]);
  });

  test('G4-12 cuts an endless text and says so', async () => {
    write('long.txt', 'word\n'.repeat(1_000_000));
    const { pages } = await sync();
    expect(pages[0]!.upserts[0]!['text']).toHaveLength(4_000_000);
    expect(pages[0]!.failures).toEqual([
      { key: 'long.txt', code: 'too_large', message: expect.stringContaining('4000000') },
    ]);
  });

  test('G4-18 claims no complete listing when a folder could not be listed, and reads it once it can be', async () => {
    write('a.txt', 'a');
    const first = await sync();
    const name = 'n'.repeat(250);
    const here = process.cwd();
    process.chdir(folder);
    for (let depth = 0; depth < 17; depth += 1) {
      mkdirSync(name);
      process.chdir(name);
    }
    process.chdir(here);
    rmSync(join(folder, 'a.txt'));
    const partial = await sync({ since: first.cursor, aheadMs: 4 * LOOKBACK_MS });
    expect(partial.pages.at(-1)!.complete).toBeUndefined();
    expect(partial.pages.flatMap((page) => page.failures ?? []).map((failure) => failure.code)).toEqual(['unreadable']);
    expect(held()).toEqual(['a.txt']);
    execFileSync('rm', ['-rf', join(folder, name)]);
    await sync({ since: partial.cursor, aheadMs: 6 * LOOKBACK_MS });
    expect(held()).toEqual([]);
  });
});

describe('what a record says', () => {
  test('describes a document by its title, folders, address and time, and keeps no text among the fields', async () => {
    write('notes/2026/plan.md', 'intro\n\n# The plan #\n\nwords');
    const modified = new Date('2026-05-06T07:08:09.000Z');
    utimesSync(join(folder, 'notes/2026/plan.md'), modified, modified);
    const { pages, stream } = await sync();
    const row = pages[0]!.upserts[0]!;
    expect(stream.fields!(row)).toEqual({
      path: 'notes/2026/plan.md',
      name: 'plan.md',
      url: pathToFileURL(join(folder, 'notes/2026/plan.md')).href,
      size: 26,
      modified_at: modified.toISOString(),
      media_type: 'text/markdown',
      title: 'The plan',
    });
    expect(stream.describe!(row)).toEqual({
      name: 'The plan',
      url: pathToFileURL(join(folder, 'notes/2026/plan.md')).href,
      updatedAt: modified.getTime(),
      breadcrumbs: [
        { id: 'notes', name: 'notes', type: 'folder' },
        { id: 'notes/2026', name: '2026', type: 'folder' },
      ],
    });
  });

  test('takes and leaves files by patterns, and does not enter folders that are left out', async () => {
    for (const path of [
      'a.md',
      'b.txt',
      'src/c.md',
      'src/node_modules/d.md',
      '.git/e.md',
      'private/f.md',
      '.hidden/g.md',
    ])
      write(path, path);
    expect((await sync()).read).toEqual(['.hidden/g.md', 'a.md', 'b.txt', 'private/f.md', 'src/c.md']);
    const some = await sync({ config: { include: ['**/*.md'], exclude: ['private/**', '**/node_modules/**'] } });
    expect(some.read).toEqual(['.git/e.md', '.hidden/g.md', 'a.md', 'src/c.md']);
  });
});
