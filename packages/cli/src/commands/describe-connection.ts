import type { SourceConnection } from '@tributary/sdk/model';
import { facts } from '../table.ts';
import { figures } from './jobs.ts';

/** A source connection in a few lines. */
export function describe(connection: SourceConnection): string {
  const { schedule, sync, entities } = connection;
  const job = sync?.last_job;
  return facts([
    ['id', connection.id],
    ['name', connection.name],
    ['source', connection.short_name],
    ['collection', connection.readable_collection_id],
    ['status', connection.status],
    ['entities', entities?.total_entities],
    ['schedule', schedule?.cron && `${schedule.cron} (${schedule.timezone ?? 'UTC'})`],
    ['next run', schedule?.next_run],
    ['config', connection.config && JSON.stringify(connection.config)],
    ['last job', job && `${job.status}: ${figures(job)}`],
    ['error', job?.error],
  ]);
}
