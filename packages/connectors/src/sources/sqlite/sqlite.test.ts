import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { sqlite } from './index.ts';

let folder: string;
let path: string;
let db: Database.Database;

const makeFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'sqlite-source-')));

beforeEach(() => {
  folder = makeFolder();
  path = join(folder, 'source.db');
  db = new Database(path);
});

afterEach(() => {
  db.close();
  execFileSync('rm', ['-rf', folder]);
});

interface SyncOptions {
  readonly since?: unknown;
  readonly config?: object;
  readonly cursorField?: string;
  readonly stopAfter?: number;
}

/** One job over one table; gives its pages, and what the last cursor was. */
async function sync(table: string, holding: Holding, options: SyncOptions = {}) {
  const { cursorField } = options;
  const reading = startReading(sqlite, {
    config: { path, ...options.config },
    roots: [folder],
    ...(cursorField !== undefined && { cursorField }),
  });
  const stream = (await sqlite.discover(reading.ctx)).find((one) => one.name === table)!;
  const since = options.since === undefined ? undefined : stream.parseCursor(jsonCopy(options.since));
  holding.begin();
  const pages: Page<JsonObject, unknown>[] = [];
  for await (const page of stream.read(since)) {
    pages.push(page);
    holding.take(stream, page);
    if (pages.length === options.stopAfter) break;
  }
  if (!stream.incremental && options.stopAfter === undefined) holding.sweep();
  await reading.close();
  return {
    stream,
    pages,
    rows: pages.flatMap((page) => page.upserts.map((row) => stream.fields!(row))),
    keys: pages.flatMap((page) => page.upserts.map((row) => stream.key(row))),
    cursor: pages.map((page) => page.cursor).findLast((cursor) => cursor !== undefined),
  };
}

function fill(count: number): void {
  db.exec(
    'CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, updated_at INTEGER); CREATE INDEX item_updated ON item (updated_at)',
  );
  const insert = db.prepare('INSERT INTO item VALUES (?, ?, ?)');
  db.transaction(() => {
    for (let id = 1; id <= count; id += 1) insert.run(BigInt(id), `name ${id}`, BigInt(Math.floor(id / 10)));
  })();
}

for (const cursorField of [undefined, 'updated_at', 'plain_at']) {
  describe(cursorField === undefined ? 'read whole' : `read by ${cursorField}`, () => {
    let root: string;
    describeConnector(sqlite, {
      http: { none: 'it reads a file' },
      prepare() {
        root = makeFolder();
        const source = new Database(join(root, 'a.db'));
        source.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, updated_at INTEGER, plain_at TEXT);
          CREATE INDEX item_updated ON item (updated_at);
          CREATE TABLE pair (a TEXT, b INTEGER, updated_at INTEGER, plain_at TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
          WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)
          INSERT INTO item SELECT i, 'name ' || i, i / 7, iif(i % 10 = 0, NULL, '2026-01-' || i / 50) FROM n;
          INSERT INTO pair SELECT name, id % 3, updated_at, plain_at FROM item`);
        source.close();
        return { config: { path: join(root, 'a.db') }, roots: [root], ...(cursorField && { cursorField }) };
      },
      cleanup: () => void execFileSync('rm', ['-rf', root]),
    });
  });
}

describe('values', () => {
  test('keeps integers beyond 2^53, infinities and binary values as text, and cuts what is too large', async () => {
    db.exec(`CREATE TABLE v (i INTEGER, r REAL, t TEXT, b BLOB, n, g AS (i + 1));
      INSERT INTO v VALUES (9223372036854775807, 9e999, 'é"', x'00ff', NULL), (-5, 0.5, '${'long'.repeat(10)}', zeroblob(100), 'free')`);
    const { rows } = await sync('v', new Holding(), { config: { max_value_bytes: 10 } });
    expect(rows).toEqual([
      { i: '9223372036854775807', r: 'Infinity', t: 'é"', b: 'AP8=', n: null, g: expect.anything() },
      { i: -5, r: 0.5, t: 'longlonglo', b: '(100 bytes)', n: 'free', g: -4 },
    ]);
  });

  test('makes keys of primary keys, whole ones only, and of row ids otherwise', async () => {
    db.exec(`CREATE TABLE one (k TEXT PRIMARY KEY); INSERT INTO one VALUES ('a'), (NULL), (NULL);
      CREATE TABLE two (a INTEGER, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO two VALUES (9007199254740993, 'x');
      CREATE TABLE none (rowid TEXT, oid TEXT); INSERT INTO none VALUES ('mine', 'too')`);
    expect((await sync('one', new Holding())).keys).toEqual(['a', 'rowid:2', 'rowid:3']);
    expect((await sync('two', new Holding())).keys).toEqual(['["x","9007199254740993"]']);
    const none = await sync('none', new Holding());
    expect([none.keys, none.rows]).toEqual([['rowid:1'], [{ rowid: 'mine', oid: 'too' }]]);
  });

  test('finds ordinary tables by pattern and passes over views, virtual tables and SQLite’s own', async () => {
    db.exec(`CREATE TABLE "odd ""name" (a); CREATE TABLE log_2025 (a); CREATE TABLE log_2026 (a INTEGER PRIMARY KEY AUTOINCREMENT, title VARCHAR(5));
      CREATE VIEW seen AS SELECT 1; CREATE VIRTUAL TABLE words USING fts5(t)`);
    const discover = async (config: object) =>
      await sqlite.discover(startReading(sqlite, { config: { path, ...config }, roots: [folder] }).ctx);
    expect((await discover({})).map((stream) => stream.name)).toEqual(['log_2025', 'log_2026', 'odd "name']);
    const [log] = await discover({ tables: ['LOG_*6'] });
    expect(log).toMatchObject({
      name: 'log_2026',
      entityType: 'SqliteLog2026Entity',
      primaryKey: ['a'],
      jsonSchema: {
        properties: {
          a: { type: ['integer', 'string', 'null'] },
          title: { type: ['string', 'null'], description: 'VARCHAR(5)' },
        },
      },
    });
    await expect(
      sqlite.check(startReading(sqlite, { config: { path, tables: ['x'] }, roots: [folder] }).ctx),
    ).rejects.toMatchObject({ reason: 'configuration' });
  });
});

describe('what is new, changed and gone', () => {
  test('reads rows at or above the last value and names the rest as present', async () => {
    fill(1_500);
    const holding = new Holding();
    const first = await sync('item', holding, { cursorField: 'updated_at' });
    expect(first.keys).toHaveLength(1_500);
    db.exec(
      `UPDATE item SET name = 'changed', updated_at = 200 WHERE id = 3; DELETE FROM item WHERE id = 4; INSERT INTO item VALUES (5000, 'new', 201)`,
    );
    const second = await sync('item', holding, { since: first.cursor, cursorField: 'updated_at' });
    expect(second.keys.toSorted()).toEqual(['1500', '3', '5000']);
    expect(holding.records.has('4')).toBe(false);
    expect(holding.records.get('3')).toContain('changed');
    expect(holding.records.size).toBe(1_500);
  });

  test('G4-14 meets rows again whose cursor value is NULL, equal to the last, or within the lookback', async () => {
    db.exec(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT); INSERT INTO t VALUES (1, NULL), (2, '2026-01-01 00:00:00'), (3, '2026-01-01 00:01:00')`,
    );
    const first = await sync('t', new Holding(), { cursorField: 'at' });
    db.exec(`INSERT INTO t VALUES (4, '2026-01-01 00:01:00'), (5, '2026-01-01 00:00:30'), (6, NULL)`);
    const plain = await sync('t', new Holding(), { cursorField: 'at', since: first.cursor });
    expect(plain.keys.toSorted()).toEqual(['1', '3', '4', '6']);
    const back = await sync('t', new Holding(), {
      cursorField: 'at',
      since: first.cursor,
      config: { cursor_lookback: 30 },
    });
    expect(back.keys.toSorted()).toEqual(['1', '3', '4', '5', '6']);
  });

  test('reads all again when columns change or the file is put back from an older copy', async () => {
    fill(20);
    copyFileSync(path, join(folder, 'old.db'));
    db.exec(`UPDATE item SET name = 'newer', updated_at = 900 WHERE id = 1`);
    const first = await sync('item', new Holding(), { cursorField: 'updated_at' });
    db.exec(`ALTER TABLE item ADD COLUMN extra TEXT DEFAULT 'x'`);
    const wider = await sync('item', new Holding(), { cursorField: 'updated_at', since: first.cursor });
    expect(wider.rows).toHaveLength(20);
    expect(wider.rows[0]).toHaveProperty('extra', 'x');
    db.exec(`UPDATE item SET name = 'name 1', updated_at = 0 WHERE id = 1`);
    const restored = await sync('item', new Holding(), { cursorField: 'updated_at', since: wider.cursor });
    expect(restored.rows).toHaveLength(20);
  });

  test('loses nothing when it is cut off after any page while the table changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ id: fc.integer({ min: 1, max: 1_400 }), gone: fc.boolean() }), { maxLength: 20 }),
        async (indexed, stopAfter, changes) => {
          db.exec('DROP TABLE IF EXISTS item');
          fill(1_200);
          if (!indexed) db.exec('DROP INDEX item_updated');
          const holding = new Holding();
          const cut = await sync('item', holding, { cursorField: 'updated_at', stopAfter });
          for (const [at, { id, gone }] of changes.entries()) {
            if (gone) db.prepare('DELETE FROM item WHERE id = ?').run(BigInt(id));
            else
              db.prepare('INSERT OR REPLACE INTO item VALUES (?, ?, ?)').run(
                BigInt(id),
                `changed ${at}`,
                BigInt(1_000 + at),
              );
          }
          const rest = await sync('item', holding, { cursorField: 'updated_at', since: cut.cursor });
          await sync('item', holding, { cursorField: 'updated_at', since: rest.cursor });
          const whole = new Holding();
          await sync('item', whole);
          expect(holding.sorted()).toEqual(whole.sorted());
        },
      ),
      { numRuns: 12 },
    );
  });

  test('costs the same for every page, also when a bulk load gave all rows one value', async () => {
    fill(0);
    db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO item SELECT i, i, 7 FROM n',
    );
    const { keys } = await sync('item', new Holding(), { cursorField: 'updated_at' });
    expect(new Set(keys).size).toBe(60_000);
    const plan = (sql: string): string => JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    const rest = plan('SELECT * FROM item WHERE updated_at = 7 AND rowid > 5 ORDER BY updated_at, rowid LIMIT 500');
    expect(rest).toContain('(updated_at=? AND rowid>?)');
    const larger = plan('SELECT * FROM item WHERE updated_at > 7 ORDER BY updated_at, rowid LIMIT 500');
    expect(larger).toContain('(updated_at>?)');
    expect(rest + larger).not.toContain('TEMP B-TREE');
  });
});

describe('the file', () => {
  const check = async (file: string, roots = [folder]) =>
    await sqlite.check(startReading(sqlite, { config: { path: file }, roots }).ctx);

  test('F1-20 refuses links, other folders and files that are no database', async () => {
    const elsewhere = makeFolder();
    copyFileSync(path, join(elsewhere, 'other.db'));
    symlinkSync(join(elsewhere, 'other.db'), join(folder, 'link.db'));
    writeFileSync(
      join(folder, 'text.db'),
      'this is not a database, although it is long enough to look like one'.repeat(20),
    );
    await expect(check(join(folder, 'link.db'))).rejects.toMatchObject({ reason: 'refused' });
    await expect(check(join(elsewhere, 'other.db'))).rejects.toMatchObject({ reason: 'refused' });
    await expect(check(path, [])).rejects.toMatchObject({ message: expect.stringContaining('TRIBUTARY_FILE_ROOTS') });
    await expect(check(join(folder, 'text.db'))).rejects.toMatchObject({
      reason: 'configuration',
      message: expect.stringContaining('not a SQLite database'),
    });
    await expect(check(join(folder, 'none.db'))).rejects.toMatchObject({ reason: 'configuration' });
    execFileSync('rm', ['-rf', elsewhere]);
  });

  test('says that a database is locked, or damaged, and leaves no lock behind', async () => {
    fill(2_000);
    db.exec('BEGIN EXCLUSIVE');
    await expect(check(path)).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringContaining('locked'),
    });
    db.exec('COMMIT');
    const reading = startReading(sqlite, { config: { path }, roots: [folder] });
    const [stream] = await sqlite.discover(reading.ctx);
    for await (const _page of stream!.read(undefined)) db.exec('UPDATE item SET name = name WHERE id = 1');
    db.close();
    const bytes = Buffer.alloc(8 * 4_096, 0xee);
    const file = openSync(path, 'r+');
    writeSync(file, bytes, 0, bytes.length, 2 * 4_096);
    closeSync(file);
    await expect(sync('item', new Holding())).rejects.toMatchObject({
      reason: 'invalid_answer',
      message: expect.stringContaining('integrity_check'),
    });
  });

  test('reads a database in WAL mode while another process writes', async () => {
    db.pragma('journal_mode = WAL');
    fill(600);
    db.exec("BEGIN IMMEDIATE; INSERT INTO item VALUES (9999, 'uncommitted', 1)");
    expect((await sync('item', new Holding())).keys).toHaveLength(600);
    db.exec('COMMIT');
    expect((await sync('item', new Holding())).keys).toHaveLength(601);
  });
});
