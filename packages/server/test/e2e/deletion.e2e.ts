import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startServiceProcess, type ServiceProcess } from '../harness/service-process.ts';

let dataDir: string;
let service: ServiceProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-deletion-'));
});

afterEach(async () => {
  await service?.stop();
  service = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

/** Tables of a database that hold the text in any column; virtual tables' own storage aside. */
function tablesHolding(path: string, text: string): string[] {
  const db = new Database(path, { readonly: true });
  try {
    const tables = db
      .prepare(
        "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' and name not like 'chunk_fts_%'",
      )
      .pluck()
      .all() as string[];
    return tables.filter((table) =>
      (db.prepare(`select * from "${table}"`).all() as object[]).some((row) => JSON.stringify(row).includes(text)),
    );
  } finally {
    db.close();
  }
}

function rowsOf(path: string, table: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return Number(db.prepare(`select count(*) from "${table}"`).pluck().get());
  } finally {
    db.close();
  }
}

async function synced(
  running: ServiceProcess,
): Promise<{ readonly id: string; readonly collection: string; readonly collectionId: string }> {
  const collection = (await running.call('POST', '/v1/collections', { name: 'To be deleted' })).body;
  const made = await running.call('POST', '/v1/source-connections', {
    short_name: 'stub',
    readable_collection_id: collection.readable_id,
    config: { entity_count: 40 },
    authentication: { credentials: { stub_key: 'key' } },
  });
  await eventually('the first sync', async () => {
    const { body } = await running.call('GET', `/v1/source-connections/${made.body.id}/jobs`);
    return body[0]?.status === 'completed' ? true : undefined;
  });
  return { id: made.body.id, collection: collection.readable_id, collectionId: collection.id };
}

/** The audit log keeps that there was one; nothing else may. */
const control = () => join(dataDir, 'control.sqlite');
const file = (collectionId: string) => join(dataDir, 'collections', `${collectionId}.sqlite`);

describe('deleting', () => {
  it('a source connection leaves no row of it in any table, and none of its words to be found', async () => {
    service = await startServiceProcess(dataDir);
    const { id, collection, collectionId } = await synced(service);
    expect(rowsOf(file(collectionId), 'entity')).toBe(41);
    expect((await service.call('DELETE', `/v1/source-connections/${id}`)).status).toBe(200);
    expect(tablesHolding(control(), id)).toEqual(['audit_event']);
    for (const table of ['connection', 'credential', 'source_connection', 'sync_job', 'job_event'])
      expect(rowsOf(control(), table), table).toBe(0);
    for (const table of [
      'entity',
      'body',
      'chunk',
      'chunk_fts',
      'cursor',
      'seen',
      'stream',
      'source',
      'job',
      'failure',
    ]) {
      expect(rowsOf(file(collectionId), table), table).toBe(0);
    }
    const found = await service.call('POST', `/v1/collections/${collection}/search/instant`, { query: 'Stub' });
    expect(found.body.results).toEqual([]);
  });

  it('a collection with a running sync leaves no row and no file', async () => {
    service = await startServiceProcess(dataDir);
    const { collection, collectionId } = await synced(service);
    const slow = await service.call('POST', '/v1/source-connections', {
      short_name: 'timed',
      readable_collection_id: collection,
      config: { entity_count: 500, duration_seconds: 60 },
      authentication: { credentials: { timed_key: 'key' } },
    });
    await eventually('the slow sync to run', async () => {
      const { body } = await (service as ServiceProcess).call('GET', `/v1/source-connections/${slow.body.id}/jobs`);
      return body[0]?.status === 'running' ? true : undefined;
    });
    expect((await service.call('DELETE', `/v1/collections/${collection}`)).status).toBe(200);
    await eventually('the rows to be gone', async () => (rowsOf(control(), 'collection') === 0 ? true : undefined));
    for (const table of ['connection', 'credential', 'source_connection', 'sync_job', 'job_event'])
      expect(rowsOf(control(), table), table).toBe(0);
    expect(readdirSync(join(dataDir, 'collections')).filter((name) => name.startsWith(collectionId))).toEqual([]);
  });

  it('goes on at the next start when the service died after the tombstone', async () => {
    service = await startServiceProcess(dataDir);
    const { id, collectionId } = await synced(service);
    const other = await synced(service);
    await service.kill('service and workers');
    const db = new Database(control());
    db.prepare('update source_connection set deleted_at = 1 where id = ?').run(id);
    db.prepare('update source_connection set deleted_at = 1 where id = ?').run(other.id);
    db.prepare('update collection set deleted_at = 1 where id = ?').run(other.collectionId);
    db.close();
    service = await startServiceProcess(dataDir);
    await eventually('both to be gone', async () =>
      rowsOf(control(), 'source_connection') === 0 && rowsOf(control(), 'collection') === 1 ? true : undefined,
    );
    expect(rowsOf(file(collectionId), 'entity')).toBe(0);
    expect(existsSync(file(other.collectionId))).toBe(false);
    // The list that keeps late workers from making the file again ends with the workers of its time.
    await service.stop();
    service = await startServiceProcess(dataDir);
    expect(readdirSync(join(dataDir, 'collections')).filter((name) => !name.startsWith(collectionId))).toEqual([]);
  });
});
