import type { TributaryClient } from '@tributary/sdk/client';
import type { Job } from '@tributary/sdk/model';
import { duration } from '@tributary/cli/progress-bar';
import { watchJob } from '@tributary/cli/watch-job';
import type { Changes } from './changes.ts';
import type { Narrator } from './narrator.ts';

export interface SyncedSource extends Changes {
  readonly label: string;
  readonly unchanged: number;
  readonly tookMs: number;
}

export interface SyncOptions {
  readonly client: TributaryClient;
  readonly narrator: Narrator;
  readonly label: string;
  /** Records that the source has now. */
  readonly total: number;
}

/** Follows a job with a progress bar; throws when it did not complete, or could not take every record. */
export async function followSync(
  job: Pick<Job, 'id' | 'source_connection_id'>,
  options: SyncOptions,
): Promise<SyncedSource> {
  const { client, narrator, label, total } = options;
  const { terminal } = narrator;
  const watched = await watchJob(client, job, { terminal, label: `   ${label.padEnd(22)}`, total });
  terminal.signal.throwIfAborted();
  const { status, error, entities_failed: failed } = watched.job;
  if (status !== 'completed')
    throw new Error(`the sync of “${label}” ended as ${status}: ${error ?? 'no reason given'}`);
  if (failed > 0) throw new Error(`the sync of “${label}” could not take ${failed} records`);
  return {
    label,
    inserted: watched.job.entities_inserted,
    updated: watched.job.entities_updated,
    deleted: watched.job.entities_deleted,
    unchanged: watched.kept,
    tookMs: watched.tookMs,
  };
}

export function showSyncs(narrator: Narrator, syncs: readonly SyncedSource[]): void {
  narrator.table(
    [
      { title: 'SOURCE', value: (sync) => sync.label },
      { title: 'INSERTED', align: 'right', value: (sync) => sync.inserted },
      { title: 'UPDATED', align: 'right', value: (sync) => sync.updated },
      { title: 'DELETED', align: 'right', value: (sync) => sync.deleted },
      { title: 'UNCHANGED', align: 'right', value: (sync) => sync.unchanged },
      { title: 'TIME', align: 'right', value: (sync) => duration(sync.tookMs) },
    ],
    syncs,
  );
}

/** Throws when the sync did not find exactly what was done to the source. */
export function expectChanges(sync: SyncedSource, wanted: Changes): void {
  for (const what of ['inserted', 'updated', 'deleted'] as const)
    if (sync[what] !== wanted[what])
      throw new Error(
        `the sync of “${sync.label}” ${what} ${sync[what]} records; the source has ${wanted[what]} of them`,
      );
}
