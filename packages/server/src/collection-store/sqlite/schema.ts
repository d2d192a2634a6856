/** Written to `user_version`; a file with another number was made by another version of the program. */
export const SCHEMA_VERSION = 1;

/**
 * One collection. Every row belongs to a source connection by way of `stream` or `source`. Entities are narrow, so that
 * the look-up of a page touches few pages; what people see of them is in `body`, read for hits only. An entity's chunks
 * have consecutive ids, so neither needs an index to find the other.
 *
 * FTS5: contentless saves a third of the disk, and `detail=full` must stay, since bm25 is zero without it there;
 * `contentless_delete` lets rows go without knowing their old text. Segments are rewritten when 40 % of them is deleted:
 * with the default of 10 %, changed rows cost twice the time and deleted ones four times.
 */
export const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('sequence', 0);

CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  source_connection_id TEXT NOT NULL UNIQUE,
  fence INTEGER NOT NULL,
  source_name TEXT NOT NULL DEFAULT '',
  sync_id TEXT NOT NULL DEFAULT '',
  generation INTEGER NOT NULL DEFAULT 0,
  job INTEGER
);

-- Source connections that were purged; a late claim must not bring them back.
CREATE TABLE purged (source_connection_id TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL UNIQUE,
  source INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  kept INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX job_by_source ON job (source);

CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  name TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  entities INTEGER NOT NULL DEFAULT 0,
  changed_at INTEGER,
  UNIQUE (source, name)
);

CREATE TABLE cursor (
  stream INTEGER NOT NULL,
  slice TEXT NOT NULL,
  value TEXT NOT NULL,
  durable INTEGER NOT NULL,
  done INTEGER NOT NULL,
  PRIMARY KEY (stream, slice)
) WITHOUT ROWID;

CREATE TABLE entity (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  key TEXT NOT NULL,
  hash TEXT NOT NULL,
  job INTEGER NOT NULL,
  first_chunk INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  UNIQUE (stream, key)
);

-- What the listing of the source's current generation has named.
CREATE TABLE seen (stream INTEGER NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY (stream, entity)) WITHOUT ROWID;

-- The payload comes last: the columns before it are read without following its overflow pages.
CREATE TABLE body (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT,
  created_at INTEGER,
  updated_at INTEGER,
  breadcrumbs TEXT,
  text TEXT,
  payload TEXT NOT NULL
);

-- Places of the chunks inside the text, in UTF-16 units; the id is the full-text row's.
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  entity INTEGER NOT NULL,
  position INTEGER NOT NULL,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL
);

CREATE VIRTUAL TABLE chunk_fts USING fts5(
  title, text, content='', contentless_delete=1, tokenize='porter unicode61'
);
INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('automerge', 16);
INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('crisismerge', 64);
INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('deletemerge', 40);

CREATE TABLE failure (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  stream TEXT NOT NULL,
  key TEXT,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX failure_by_job ON failure (job);
CREATE UNIQUE INDEX failure_by_key ON failure (job, stream, key, code) WHERE key IS NOT NULL;
`;
