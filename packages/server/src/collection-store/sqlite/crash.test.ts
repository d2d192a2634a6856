import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CollectionId, type JobId, newId, type SourceConnectionId } from '../../lib/ids.ts';
import type { CollectionReaders } from '../port.ts';
import { collectionPath } from './files.ts';
import { createSqliteReaders } from './readers.ts';

const ROUNDS = 6;

const collectionId = newId<CollectionId>();
const sourceConnectionId = newId<SourceConnectionId>();
const jobId = newId<JobId>();
let dataDir: string;
let readers: CollectionReaders;
let child: ChildProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'collection-crash-'));
  readers = createSqliteReaders({ dataDir, threads: 1 });
});
afterEach(async () => {
  await kill();
  await readers.close();
  await rm(dataDir, { recursive: true });
});

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function writeSomePages(pages: number): Promise<void> {
  const before = Math.max(0, await readers.visibleThrough(collectionId));
  const program = fileURLToPath(new URL('crash-writer.ts', import.meta.url));
  child = spawn(process.execPath, [program, dataDir, collectionId, sourceConnectionId, jobId], { stdio: 'inherit' });
  while ((await readers.visibleThrough(collectionId)) < before + pages) {
    expect(child.exitCode).toBeNull();
    await delay(1);
  }
  await kill();
}

async function find(text: string): Promise<string[]> {
  const query = { text, limit: 100, offset: 0, filter: [], only: [], except: [] };
  return (await readers.search(collectionId, query)).map((hit) => hit.key);
}

it('keeps cursor, rows, counts and index in step when the writer is killed at any moment', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await writeSomePages(5 + Math.floor(Math.random() * 60));

    const [cursor] = await readers.cursors(collectionId, sourceConnectionId);
    const pages = Number(cursor?.value);
    expect(await readers.visibleThrough(collectionId)).toBe(pages);
    expect(await readers.countTypes(collectionId)).toMatchObject([{ count: pages * 10 - (pages - 1) }]);
    expect(await readers.jobCounts(collectionId, jobId)).toEqual({
      inserted: pages * 10,
      updated: 0,
      kept: 0,
      deleted: pages - 1,
      failed: pages,
      chunks: pages * 10,
    });
    expect(await readers.listFailures(collectionId, jobId, 0, 10_000)).toHaveLength(pages);
    expect(await find(`page${pages - 1}`)).toHaveLength(10);
    expect(await find(`page${pages - 2}`)).toHaveLength(9);
    expect(await find(`page${pages}`)).toEqual([]);

    const db = new Database(collectionPath(dataDir, collectionId), { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.prepare('SELECT count(*) FROM entity').pluck().get()).toBe(pages * 9 + 1);
    db.close();
  }
});
