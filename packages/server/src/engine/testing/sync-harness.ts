import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Connector } from '@tributary/connectors/kit/connector';
import type { Clock } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { Secret } from '@tributary/connectors/kit/secret';
import { handClock, probeContext, silentLog } from '@tributary/connectors/testing/connector-probe';
import type { SourceWriter } from '../../collection-store/port.ts';
import { collectionPath } from '../../collection-store/sqlite/files.ts';
import { createSqliteWriters } from '../../collection-store/sqlite/writers.ts';
import { newId } from '../../lib/ids.ts';
import type { CollectionId, JobId, SourceConnectionId, SyncId } from '../../lib/ids.ts';
import type { StopReason, SyncOutcome, SyncProgress } from '../outcome.ts';
import { runSync } from '../run-sync.ts';
import type { Intake, SchemaReport } from '../schema-keeper.ts';
import type { SchemaChange, SchemaMemory } from '../schema-memory.ts';
import { EVERYTHING } from '../selection.ts';
import type { Selection } from '../selection.ts';

export interface RunOptions {
  /** The same job again, as another attempt; a new job when it is left out. */
  readonly jobId?: JobId;
  readonly full?: boolean;
  readonly stalledAttempts?: number;
  readonly sweepConfirmed?: boolean;
  readonly cursorField?: string;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** What is let in; the harness then remembers the source's schema from run to run. */
  readonly selection?: Partial<Selection>;
  /** Stands between the engine and the store. */
  readonly wrap?: (writer: SourceWriter) => SourceWriter;
}

const HASH_KEY = new Secret(Buffer.alloc(32, 7).toString('base64'));
const THIS_SOURCE = '(SELECT id FROM source WHERE source_connection_id = ?)';

/** A collection in a folder of its own, and jobs that run against it with the real store. */
export class SyncHarness {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'sync-'));
  readonly collectionId = newId<CollectionId>();
  sourceConnectionId = newId<SourceConnectionId>();
  readonly syncId = newId<SyncId>();
  /** What the source's schema is known to be, after a run with a selection. */
  memory: SchemaMemory | undefined;
  /** What the last run with a selection said of the source's schema. */
  changes: readonly SchemaChange[] = [];
  #revision = 0;
  readonly writers = createSqliteWriters({ dataDir: this.dataDir });

  async run(connector: Connector, options: RunOptions = {}): Promise<SyncOutcome> {
    const signal = options.signal ?? new AbortController().signal;
    const clock = options.clock ?? handClock();
    const { cursorField } = options;
    const ctx = probeContext(connector, { clock, signal, ...(cursorField !== undefined && { cursorField }) });
    const writer = await this.writers.claim(this.collectionId, this.sourceConnectionId, 0);
    return runSync({
      connector,
      ctx,
      writer: options.wrap?.(writer) ?? writer,
      job: {
        id: options.jobId ?? newId<JobId>(),
        syncId: this.syncId,
        full: options.full ?? false,
        stalledAttempts: options.stalledAttempts ?? 0,
      },
      sourceName: connector.id,
      sweepConfirmed: options.sweepConfirmed ?? false,
      signal,
      clock,
      log: silentLog,
      onProgress: options.onProgress ?? (() => undefined),
      ...this.#intake(options.selection),
    });
  }

  #intake(given: Partial<Selection> | undefined): { readonly intake?: Intake } {
    if (!given) return {};
    const selection = { ...EVERYTHING, ...given };
    this.changes = [];
    const save = ({ after, memory, changes }: SchemaReport): Promise<boolean> => {
      if (after !== this.#revision) return Promise.resolve(false);
      this.#revision += 1;
      this.memory = memory;
      this.changes = [...this.changes, ...changes];
      return Promise.resolve(true);
    };
    return { intake: { selection, memory: this.memory, revision: this.#revision, hashKey: HASH_KEY, save } };
  }

  /** Every byte that the collection's file and its log hold. */
  bytes(): string {
    const path = collectionPath(this.dataDir, this.collectionId);
    const parts = [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
    return Buffer.concat(parts).toString('latin1');
  }

  /** Changes the memory between two runs, as a person does who accepts something. */
  remember(change: (memory: SchemaMemory) => SchemaMemory): void {
    this.memory = change(this.memory ?? {});
    this.#revision += 1;
  }

  /** Leaves the source connection alone and goes on with a fresh one of the same collection. */
  nextSource(): void {
    this.sourceConnectionId = newId<SourceConnectionId>();
  }

  /** Runs and insists on the outcome's type. */
  async expect<T extends SyncOutcome['type']>(
    type: T,
    connector: Connector,
    options: RunOptions = {},
  ): Promise<Extract<SyncOutcome, { readonly type: T }>> {
    const outcome = await this.run(connector, options);
    if (outcome.type !== type) throw new Error(`expected ${type}, was ${JSON.stringify(outcome)}`);
    return outcome as Extract<SyncOutcome, { readonly type: T }>;
  }

  /** What the collection holds of the source connection: the fields by `<stream>/<key>`. */
  content(): Record<string, JsonObject> {
    const rows = this.#query<{ readonly stream: string; readonly key: string; readonly payload: string }>(
      `SELECT s.name AS stream, e.key, b.payload FROM entity e JOIN stream s ON s.id = e.stream JOIN body b ON b.id = e.id
       WHERE s.source = ${THIS_SOURCE} ORDER BY s.name, e.key`,
    );
    return Object.fromEntries(rows.map((row) => [`${row.stream}/${row.key}`, JSON.parse(row.payload) as JsonObject]));
  }

  /** Inserted minus deleted, over all jobs that the store knows of the source connection. */
  balance(): number {
    const sql = `SELECT sum(inserted - deleted) AS balance FROM job WHERE source = ${THIS_SOURCE}`;
    return this.#query<{ readonly balance: number }>(sql)[0]?.balance ?? 0;
  }

  /** The failures of all jobs. */
  failures(): readonly { readonly key: string | null; readonly code: string; readonly message: string }[] {
    return this.#query(
      `SELECT key, code, message FROM failure WHERE job IN (SELECT id FROM job WHERE source = ${THIS_SOURCE}) ORDER BY rowid`,
    );
  }

  async close(): Promise<void> {
    await this.writers.close();
    rmSync(this.dataDir, { recursive: true });
  }

  #query<T>(sql: string): T[] {
    const db = new Database(collectionPath(this.dataDir, this.collectionId), { readonly: true });
    try {
      return db.prepare(sql).all(this.sourceConnectionId) as T[];
    } finally {
      db.close();
    }
  }
}

/** A signal that can be aborted with one of the worker's reasons. */
export function stopper(): { readonly signal: AbortSignal; readonly stop: (reason: StopReason) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, stop: (reason) => controller.abort(reason) };
}
