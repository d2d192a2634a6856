import type Database from 'better-sqlite3';
import type { Verdict } from './verdict.ts';

/** Rows that must not be, each as a query that finds them; after a job that completed. */
const unwanted: readonly (readonly [words: string, query: string])[] = [
  ['a body without its entity', 'SELECT id FROM body WHERE id NOT IN (SELECT id FROM entity)'],
  ['an entity without its body', 'SELECT id, key FROM entity WHERE id NOT IN (SELECT id FROM body)'],
  ['an entity without its stream', 'SELECT id, key FROM entity WHERE stream NOT IN (SELECT id FROM stream)'],
  ['an entity without its job', 'SELECT id, key FROM entity WHERE job NOT IN (SELECT id FROM job)'],
  ['a chunk without its entity', 'SELECT id FROM chunk WHERE entity NOT IN (SELECT id FROM entity)'],
  ['a chunk that is not in the full-text index', 'SELECT id FROM chunk WHERE id NOT IN (SELECT rowid FROM chunk_fts)'],
  ['a full-text row without its chunk', 'SELECT rowid FROM chunk_fts WHERE rowid NOT IN (SELECT id FROM chunk)'],
  ['a key that was seen, although no job is open', 'SELECT stream, entity FROM seen'],
  ['a cursor without its stream', 'SELECT stream, slice FROM cursor WHERE stream NOT IN (SELECT id FROM stream)'],
  ['a run that is still open', 'SELECT source_connection_id, job FROM source WHERE job IS NOT NULL'],
  [
    'a stream whose number of entities is wrong',
    'SELECT name, entities FROM stream t WHERE entities <> (SELECT count(*) FROM entity e WHERE e.stream = t.id)',
  ],
  [
    'a source whose jobs do not add up to what it holds',
    `SELECT source_connection_id FROM source s
     WHERE (SELECT coalesce(sum(inserted - deleted), 0) FROM job j WHERE j.source = s.id)
       <> (SELECT count(*) FROM entity e JOIN stream t ON t.id = e.stream WHERE t.source = s.id)`,
  ],
];

/** Looks into a collection's file for what no crash may leave behind. The connection must be one that writes. */
export function checkCollectionFile(db: Database.Database, verdict: Verdict): void {
  for (const [words, query] of unwanted) verdict.unwanted(db.prepare(query).all(), words);
  const whole = db.pragma('integrity_check', { simple: true });
  if (whole !== 'ok') verdict.broken.push(`SQLite: ${String(whole)}`);
  try {
    db.exec("INSERT INTO chunk_fts (chunk_fts) VALUES ('integrity-check')");
  } catch (error) {
    verdict.broken.push(`the full-text index: ${String(error)}`);
  }
}
