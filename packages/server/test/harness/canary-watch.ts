import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { spellingsOf } from './canary-settings.ts';

/** Everything that left the service, by where it was seen; and the canaries that must be in none of it. */
export class CanaryWatch {
  readonly #canaries = new Set<string>();
  readonly #places: { readonly name: string; readonly text: string }[] = [];
  #count = 0;

  /** A new text that must not be seen anywhere. */
  readonly plant = (): string => {
    this.#count += 1;
    return this.add(`canary${this.#count}x${Math.random().toString(36).slice(2, 14).padEnd(12, 'q')}`);
  };

  add(secret: string): string {
    this.#canaries.add(secret);
    return secret;
  }

  get planted(): readonly string[] {
    return [...this.#canaries];
  }

  see(name: string, text: string): void {
    this.#places.push({ name, text });
  }

  /** All files below a folder, as bytes, and every row of those that are databases. */
  async seeFolder(name: string, folder: string, leaveOut: readonly string[] = []): Promise<void> {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || leaveOut.includes(entry.name)) continue;
      this.see(`${name}: ${entry.name}`, (await readFile(path)).toString('latin1'));
      if (entry.name.endsWith('.sqlite')) this.see(`${name}: rows of ${entry.name}`, rowsOf(path));
    }
  }

  get places(): readonly string[] {
    return this.#places.map(({ name }) => name);
  }

  /** Where canaries were seen; empty when all is well. */
  sightings(): readonly string[] {
    return this.planted.flatMap((canary) =>
      spellingsOf(canary).flatMap((spelled) =>
        this.#places
          .filter(({ text }) => text.includes(spelled))
          .map(({ name }) => `${canary} as ${spelled} in ${name}`),
      ),
    );
  }
}

function rowsOf(path: string): string {
  const database = new Database(path, { readonly: true, timeout: 10_000 });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
    return JSON.stringify(
      tables.map((table) => [table, readable(() => database.prepare(`select * from "${table}"`).all())]),
    );
  } finally {
    database.close();
  }
}

/** Shadow tables of an index need functions that only the service's connections have. */
function readable(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
