import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { copyRows } from './copy-rows.ts';

/**
 * The bare way to make a table searchable: `COPY … TO STDOUT` into a contentless FTS5 table, 1,000 rows a transaction,
 * with the collection store's own FTS5 settings and pragmas. Prints `{"rows": n, "seconds": s}`.
 */
async function main(url: string, table: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  const db = new Database(join(folder, 'bare.sqlite'));
  for (const pragma of [
    'page_size = 8192',
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'wal_autocheckpoint = 4000',
    'cache_size = -65536',
  ])
    db.pragma(pragma);
  db.exec(`create virtual table fts using fts5(title, text, content='', contentless_delete=1, tokenize='porter unicode61');
    insert into fts (fts, rank) values ('automerge', 16); insert into fts (fts, rank) values ('crisismerge', 64)`);
  const insert = db.prepare('insert into fts (title, text) values (?, ?)');
  const write = db.transaction((rows: readonly (readonly string[])[]) => {
    for (const row of rows) insert.run(row[1], row.slice(2).join('\n'));
  });
  const started = performance.now();
  let count = 0;
  let page: (readonly string[])[] = [];
  for await (const rows of copyRows(url, table)) {
    for (const row of rows) {
      page.push(row);
      if (page.length < 1000) continue;
      write.immediate(page);
      count += page.length;
      page = [];
    }
  }
  write.immediate(page);
  const seconds = (performance.now() - started) / 1000;
  db.close();
  rmSync(folder, { recursive: true });
  process.stdout.write(`${JSON.stringify({ rows: count + page.length, seconds })}\n`);
}

await main(String(process.argv[2]), String(process.argv[3]));
