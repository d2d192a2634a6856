import { existsSync } from 'node:fs';
import type { CollectionId } from '../../lib/ids.ts';
import type { Counts, JobRef } from '../port.ts';
import { type Connection, inWriteTransaction, openForWriting } from './connection.ts';
import { collectionPath } from './files.ts';
import { jobCounts } from './reads.ts';
import { claimSource, findSource } from './source-row.ts';

/** Another source connection may be syncing into the same file; its pages come between. */
const BUSY_MS = 5_000;

/** Fences the job's writers off and gives its counts, in the caller's transaction; see `SettleJob`. */
export function settleJob(db: Connection, { jobId, sourceConnectionId, fence }: JobRef): Counts | undefined {
  if (!findSource(db, sourceConnectionId)) return undefined;
  claimSource(db, sourceConnectionId, fence);
  return jobCounts(db, jobId);
}

/** The same on a thread that does not write otherwise. */
export function settleApart(dataDir: string, collectionId: CollectionId, job: JobRef): Counts | undefined {
  const path = collectionPath(dataDir, collectionId);
  if (!existsSync(path)) return undefined;
  const db = openForWriting(path, BUSY_MS);
  try {
    return inWriteTransaction(db, () => settleJob(db, job));
  } finally {
    db.close();
  }
}
