import type { JsonObject } from '@tributary/connectors/kit/json';
import { failpoint } from '../../lib/failpoints.ts';
import type { Counts, EntityUpsert, StorePage } from '../port.ts';
import { splitIntoChunks } from './chunking.ts';
import { type Connection, prepared } from './connection.ts';
import { removeChunks, removeEntities, type StoredEntity } from './entities.ts';
import { addFailures } from './failures.ts';
import { renderPayload } from './rendering.ts';
import { markSeen } from './seen.ts';
import { upsertStream } from './streams.ts';

export interface PageContext {
  readonly source: number;
  readonly job: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Known extends StoredEntity {
  readonly hash: string;
}

interface Plan {
  readonly added: readonly { readonly key: string; readonly upsert: EntityUpsert }[];
  readonly changed: readonly { readonly entity: Known; readonly upsert: EntityUpsert }[];
  readonly kept: readonly number[];
  readonly deleted: readonly Known[];
}

/**
 * Stores one page inside the caller's transaction. Entities whose hash is the stored one are not written, only marked
 * as seen. A key that is both upserted and deleted is deleted.
 */
export function applyPage(db: Connection, context: PageContext, page: StorePage): Counts {
  const stream = upsertStream(db, context.source, page.stream, page.entityType);
  const plan = planPage(db, stream, page);
  removeChunks(
    db,
    plan.changed.map(({ entity }) => entity),
  );
  removeEntities(db, stream, plan.deleted);
  const written = writeEntities(db, stream, context.job, plan);
  markSeen(db, stream, plan.kept);
  markSeen(db, stream, written.ids);
  if (plan.added.length + plan.changed.length > 0) {
    prepared(db, 'UPDATE stream SET entities = entities + ?, changed_at = ? WHERE id = ?').run(
      plan.added.length,
      context.now,
      stream,
    );
  }
  failpoint('store.apply.before-cursor');
  writeCursor(db, stream, page);
  return {
    inserted: plan.added.length,
    updated: plan.changed.length,
    kept: plan.kept.length,
    deleted: plan.deleted.length,
    failed: addFailures(db, context, page),
    chunks: written.chunks,
  };
}

/** Compares the page with what is stored, by one look-up for all its keys. */
function planPage(db: Connection, stream: number, page: StorePage): Plan {
  // SQLite's JSON and the driver treat lone surrogates differently, so neither is shown one.
  const upserts = new Map(page.upserts.map((upsert) => [upsert.key.toWellFormed(), upsert]));
  const present = new Set(page.present.map((key) => key.toWellFormed())).difference(upserts);
  const deletes = new Set(page.deletes.map((key) => key.toWellFormed()));
  const known = findKnown(db, stream, [...new Set([...upserts.keys(), ...present, ...deletes])]);

  const added: { key: string; upsert: EntityUpsert }[] = [];
  const changed: { entity: Known; upsert: EntityUpsert }[] = [];
  const kept: number[] = [];
  for (const [key, upsert] of upserts) {
    if (deletes.has(key)) continue;
    const entity = known.get(key);
    if (!entity) added.push({ key, upsert });
    else if (entity.hash === upsert.hash) kept.push(entity.id);
    else changed.push({ entity, upsert });
  }
  for (const key of present) {
    const entity = deletes.has(key) ? undefined : known.get(key);
    if (entity) kept.push(entity.id);
  }
  return { added, changed, kept, deleted: [...deletes].flatMap((key) => known.get(key) ?? []) };
}

function findKnown(db: Connection, stream: number, keys: readonly string[]): Map<string, Known> {
  const rows = prepared(
    db,
    `SELECT e.id, e.key, e.hash, e.first_chunk, e.chunks
     FROM json_each(?) wanted CROSS JOIN entity e ON e.stream = ? AND e.key = wanted.value`,
  ).all(JSON.stringify(keys), stream) as Known[];
  return new Map(rows.map((row) => [row.key, row]));
}

function writeEntities(db: Connection, stream: number, job: number, plan: Plan): { ids: number[]; chunks: number } {
  const ids: number[] = [];
  const firstChunk = nextId(db, 'chunk');
  let chunk = firstChunk;
  const update = prepared(db, 'UPDATE entity SET hash = ?, job = ?, first_chunk = ?, chunks = ? WHERE id = ?');
  for (const { entity, upsert } of plan.changed) {
    const chunks = writeBody(db, entity.id, chunk, upsert);
    update.run(upsert.hash, job, chunk, chunks, entity.id);
    ids.push(entity.id);
    chunk += chunks;
  }
  const insert = prepared(
    db,
    'INSERT INTO entity (id, stream, key, hash, job, first_chunk, chunks) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  let id = nextId(db, 'entity');
  for (const { key, upsert } of plan.added) {
    const chunks = writeBody(db, id, chunk, upsert);
    insert.run(id, stream, key, upsert.hash, job, chunk, chunks);
    ids.push(id);
    chunk += chunks;
    id += 1;
  }
  return { ids, chunks: chunk - firstChunk };
}

function nextId(db: Connection, table: 'chunk' | 'entity'): number {
  return prepared(db, `SELECT coalesce(max(id), 0) + 1 FROM ${table}`).pluck().get() as number;
}

/** Writes what is shown and searched of an entity; returns the number of its chunks. */
function writeBody(db: Connection, id: number, firstChunk: number, upsert: EntityUpsert): number {
  const payload = upsert.payload();
  const document = upsert.document();
  prepared(
    db,
    `INSERT OR REPLACE INTO body (id, name, url, created_at, updated_at, breadcrumbs, text, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    document.name,
    document.url,
    document.createdAt,
    document.updatedAt,
    document.breadcrumbs.length > 0 ? JSON.stringify(document.breadcrumbs) : null,
    document.text,
    payload,
  );
  const text = document.text ?? renderPayload(JSON.parse(payload) as JsonObject);
  const spans = splitIntoChunks(text);
  const insertChunk = prepared(db, 'INSERT INTO chunk (id, entity, position, starts, ends) VALUES (?, ?, ?, ?, ?)');
  const insertText = prepared(db, 'INSERT INTO chunk_fts (rowid, title, text) VALUES (?, ?, ?)');
  for (const [position, { starts, ends }] of spans.entries()) {
    insertChunk.run(firstChunk + position, id, position, starts, ends);
    insertText.run(BigInt(firstChunk + position), document.name, text.slice(starts, ends));
  }
  return spans.length;
}

function writeCursor(db: Connection, stream: number, page: StorePage): void {
  if (!page.cursor) return;
  prepared(db, 'INSERT OR REPLACE INTO cursor (stream, slice, value, durable, done) VALUES (?, ?, ?, ?, ?)').run(
    stream,
    page.slice,
    JSON.stringify(page.cursor.value),
    page.cursor.durable ? 1 : 0,
    page.cursor.done ? 1 : 0,
  );
}
