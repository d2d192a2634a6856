import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { splitIntoChunks } from '../../src/collection-store/sqlite/chunking.ts';
import type { OracleRow, Truth } from './oracle-row.ts';
import type { Verdict } from './verdict.ts';

interface StoredRow {
  readonly id: number;
  readonly stream: string;
  readonly key: string;
  readonly hash: string;
  readonly first_chunk: number;
  readonly chunks: number;
  readonly payload: string | null;
}

interface StoredChunk {
  readonly id: number;
  readonly position: number;
  readonly starts: number;
  readonly ends: number;
}

/**
 * The canonical JSON of a flat record and its hash, written once more from the rule: names in order, no blanks, SHA-256 over
 * a version line and the text.
 */
function expectedOf(row: OracleRow): { readonly payload: string; readonly hash: string; readonly text: string } {
  const fields = Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const payload = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = fields.map(([name, value]) => `${name}: ${value}`).join('\n');
  return { payload, hash: createHash('sha256').update(`1\n${payload}`).digest('hex'), text };
}

/** Compares what the file holds of a source connection with the truth: keys, hashes, fields, chunks. */
export function checkRecords(
  db: Database.Database,
  { id, source, truth }: { readonly id: string; readonly source: string; readonly truth: Truth },
  verdict: Verdict,
): void {
  const stored = db
    .prepare(
      `SELECT e.id, t.name AS stream, e.key, e.hash, e.first_chunk, e.chunks, b.payload
       FROM entity e JOIN stream t ON t.id = e.stream JOIN source s ON s.id = t.source LEFT JOIN body b ON b.id = e.id
       WHERE s.source_connection_id = ?`,
    )
    .all(id) as StoredRow[];
  const byName = Map.groupBy<string, StoredRow>(stored, (row) => `${row.stream}/${row.key}`);
  const expected = new Map<string, OracleRow>(
    Object.entries(truth).flatMap(([stream, { rows }]) => rows.map((row) => [`${stream}/${row.id}`, row] as const)),
  );
  for (const name of new Set([...byName.keys(), ...expected.keys()])) {
    const rows = byName.get(name) ?? [];
    const record = expected.get(name);
    const words = `${source} ${name}`;
    if (rows.length === 0) verdict.lost.add(words);
    if (rows.length > 1) verdict.twice.add(words);
    if (!record) verdict.ghosts.add(words);
    else if (rows.some((row) => !isCurrent(db, row, record))) verdict.stale.add(words);
  }
}

function isCurrent(db: Database.Database, row: StoredRow, record: OracleRow): boolean {
  const { payload, hash, text } = expectedOf(record);
  if (row.hash !== hash || row.payload !== payload) return false;
  const chunks = db
    .prepare('SELECT id, position, starts, ends FROM chunk WHERE entity = ? ORDER BY position')
    .all(row.id) as StoredChunk[];
  const spans = splitIntoChunks(text);
  return (
    row.chunks === spans.length &&
    chunks.length === spans.length &&
    chunks.every(({ id, position, starts, ends }, index) => {
      const span = spans[index];
      return id === row.first_chunk + index && position === index && starts === span?.starts && ends === span.ends;
    })
  );
}
