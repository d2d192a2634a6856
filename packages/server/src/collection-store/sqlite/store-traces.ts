import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** For tests: the tables of a store's folder that hold one of the texts, and the words of its full-text indices. */
export async function textsIn(folder: string, texts: readonly string[]): Promise<string[]> {
  const holdsOne = (value: string) => texts.some((text) => value.includes(text));
  const places: string[] = [];
  for (const name of await filesOf(folder)) {
    const db = new Database(join(folder, name), { readonly: true });
    try {
      for (const [table, rows] of tablesOf(db)) if (rows.some(holdsOne)) places.push(`${name}: table ${table}`);
      for (const word of indexedWords(db)) if (holdsOne(word)) places.push(`${name}: the word '${word}'`);
    } finally {
      db.close();
    }
  }
  return places;
}

/** For tests: the files of a store's folder in whose bytes, deleted rows included, the text can be read. */
export async function bytesIn(folder: string, text: string): Promise<string[]> {
  const files = await readdir(folder);
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  return files.filter((_, index) => contents[index]?.includes(text));
}

async function filesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.sqlite'));
}

function tablesOf(db: Database.Database): [string, string[]][] {
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'chunk_fts%'")
    .pluck()
    .all();
  return names.map((name) => [
    name,
    db
      .prepare(`SELECT * FROM "${name}"`)
      .all()
      .map((row) => JSON.stringify(row)),
  ]);
}

function indexedWords(db: Database.Database): string[] {
  db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'chunk_fts', 'row')");
  return db.prepare<[], string>('SELECT term FROM words').pluck().all();
}
