import type { TributaryClient } from '@tributary/sdk/client';
import type { JobProgress } from '@tributary/sdk/follow-job';
import type { Job } from '@tributary/sdk/model';
import { ProgressBar } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

export interface WatchOptions {
  readonly terminal: Terminal;
  readonly label: string;
  /** Records expected, when that is known. */
  readonly total?: number | undefined;
}

export interface WatchedJob {
  readonly job: Job;
  /** Found unchanged; the job itself does not tell. */
  readonly kept: number;
  /** Milliseconds from the call to the end, as the caller saw it. */
  readonly tookMs: number;
}

/** Shows the progress of a job until it has ended, in whatever way; look at its `status`. */
export async function watchJob(
  client: TributaryClient,
  job: Pick<Job, 'id' | 'source_connection_id'>,
  { terminal, label, total }: WatchOptions,
): Promise<WatchedJob> {
  const bar = new ProgressBar({ terminal, label });
  let kept = 0;
  let tookMs = 0;
  try {
    for await (const progress of client.sourceConnections.follow(job.id, { signal: terminal.signal })) {
      kept = progress.kept;
      bar.update({ done: recordsOf(progress), total, note: progress.status === 'running' ? '' : progress.status });
    }
  } finally {
    tookMs = bar.finish();
  }
  return { job: await client.sourceConnections.job(job.source_connection_id, job.id), kept, tookMs };
}

function recordsOf({ inserted, updated, kept, deleted, failed }: JobProgress): number {
  return inserted + updated + kept + deleted + failed;
}
