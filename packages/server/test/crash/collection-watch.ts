import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { OraclePosition } from './oracle-row.ts';

interface CursorRow {
  readonly source: string;
  readonly stream: string;
  readonly slice: string;
  readonly value: string;
}

interface Highest {
  readonly place: string;
  readonly words: string;
}

const LOOK_EVERY_MS = 15;
/** What the engine keeps with a cursor; only the connector's part matters here. */
const State = z.object({ cursor: OraclePosition.optional() });

/**
 * Looks into a collection's file again and again: cursors, fences and the sequence never go back. A forgotten cursor is none,
 * and the next one is of a later reading.
 */
export class CollectionWatch {
  readonly #path: string;
  readonly #highest = new Map<string, Highest>();
  readonly broken = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #db: Database.Database | undefined;
  #version: unknown;

  constructor(path: string) {
    this.#path = path;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  look(): void {
    try {
      const db = this.#open();
      const version = db?.pragma('data_version', { simple: true });
      if (!db || version === this.#version) return;
      db.transaction(() => this.#compare(db))();
      this.#version = version;
    } catch (error) {
      // A process that died may have left work to the next one; the next look sees it.
      if (!(error instanceof Database.SqliteError)) throw error;
    }
  }

  /** Whether a job of the source connection is open, and the fence that it is held with. */
  runOf(sourceConnectionId: string): { readonly open: boolean; readonly fence: number } {
    const row = this.#open()
      ?.prepare('SELECT fence, job FROM source WHERE source_connection_id = ?')
      .get(sourceConnectionId) as { fence: number; job: number | null } | undefined;
    return { open: typeof row?.job === 'number', fence: row?.fence ?? 0 };
  }

  end(): void {
    clearInterval(this.#timer);
    this.#db?.close();
  }

  #open(): Database.Database | undefined {
    if (this.#db || !existsSync(this.#path)) return this.#db;
    const db = new Database(this.#path, { readonly: true, timeout: 0 });
    // The schema comes a moment after the file.
    if (db.pragma('user_version', { simple: true }) === 0) db.close();
    else this.#db = db;
    return this.#db;
  }

  #compare(db: Database.Database): void {
    const cursors = db
      .prepare(
        `SELECT s.source_connection_id AS source, t.name AS stream, c.slice, c.value
         FROM cursor c JOIN stream t ON t.id = c.stream JOIN source s ON s.id = t.source`,
      )
      .all() as CursorRow[];
    for (const { source, stream, slice, value } of cursors) {
      const { cursor } = State.catch({}).parse(JSON.parse(value));
      if (cursor) this.#rise(`cursor of ${source} ${stream} ${slice}`, sortable(cursor), JSON.stringify(cursor));
    }
    const numbers = db
      .prepare(
        `SELECT 'fence of ' || source_connection_id AS what, fence AS value FROM source
         UNION ALL SELECT 'generation of ' || source_connection_id, generation FROM source
         UNION ALL SELECT 'sequence', value FROM meta WHERE name = 'sequence'`,
      )
      .all() as { what: string; value: number }[];
    for (const { what, value } of numbers) this.#rise(what, sortableNumber(value), String(value));
  }

  #rise(what: string, place: string, words: string): void {
    const before = this.#highest.get(what);
    if (before && place < before.place) this.broken.add(`${what} went back from ${before.words} to ${words}`);
    else this.#highest.set(what, { place, words });
  }
}

function sortable({ reading, phase, place }: OraclePosition): string {
  return `${sortableNumber(reading)} ${phase} ${place}`;
}

function sortableNumber(value: number): string {
  return String(value).padStart(12, '0');
}
