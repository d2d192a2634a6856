import { Command } from 'commander';
import type { JobFigures } from '@tributary/sdk/model';
import { CliError } from '../exit-codes.ts';
import { duration } from '../progress-bar.ts';
import { examples, openSession, type Session } from '../session.ts';
import { table } from '../table.ts';
import { styled, type Terminal } from '../terminal.ts';
import { watchJob } from '../watch-job.ts';

/** `120 inserted, 3 updated, 1 deleted, 0 failed` */
export function figures(job: JobFigures): string {
  const {
    entities_inserted: inserted,
    entities_updated: updated,
    entities_deleted: deleted,
    entities_failed: failed,
  } = job;
  const words = Object.entries({ inserted, updated, deleted, failed });
  return words.map(([word, count]) => `${count.toLocaleString('en-US')} ${word}`).join(', ');
}

/**
 * Follows a job with a progress bar and shows how it ended.
 * @throws CliError('sync_failed') when it did not complete.
 */
export async function followToEnd(session: Session, sourceConnectionId: string, jobId: string): Promise<void> {
  const { terminal, client, json } = session;
  const before = await client.sourceConnections.get(sourceConnectionId, { signal: terminal.signal });
  const quiet = { ...terminal, out: () => undefined, interactive: false };
  const { job, kept, tookMs } = await watchJob(
    client,
    { id: jobId, source_connection_id: sourceConnectionId },
    { terminal: json ? quiet : terminal, label: before.name, total: before.entities?.total_entities || undefined },
  );
  session.show(job, () => {
    const mark = styled(terminal, job.status === 'completed' ? 'green' : 'red', job.status);
    return `${mark}  ${figures(job)}, ${kept.toLocaleString('en-US')} unchanged  ${duration(tookMs)}\n`;
  });
  if (job.status === 'completed') return;
  throw new CliError('sync_failed', job.error ?? `The job ended as ${job.status}.`);
}

/** `tributary sync <id>` */
export function syncCommand(terminal: Terminal): Command {
  return new Command('sync')
    .description('start a sync of a source connection')
    .argument('<id>', 'id of the source connection')
    .option('--full', 'forget where the last sync ended and read everything again')
    .option('--follow', 'show the progress and wait for the end')
    .addHelpText('after', examples('sync 6f1c…', 'sync 6f1c… --full --follow'))
    .action(async (id: string, options: { full?: boolean; follow?: boolean }, command: Command) => {
      const session = openSession(terminal, command);
      const job = await session.client.sourceConnections.run(id, {
        full: options.full === true,
        signal: terminal.signal,
      });
      if (options.follow) return followToEnd(session, id, job.id);
      session.show(job, () => `Job ${job.id} is ${job.status}. Look at it with \`tributary jobs ${id}\`.\n`);
    });
}

/** `tributary jobs <id>` */
export function jobsCommand(terminal: Terminal): Command {
  return new Command('jobs')
    .description('list the jobs of a source connection, newest first')
    .argument('<id>', 'id of the source connection')
    .option('--limit <count>', 'at most so many', '20')
    .addHelpText('after', examples('jobs 6f1c…', 'jobs 6f1c… --limit 1 --json'))
    .action(async (id: string, options: { limit: string }, command: Command) => {
      const session = openSession(terminal, command);
      const jobs = await session.client.sourceConnections.jobs(id, {
        limit: Number(options.limit),
        signal: terminal.signal,
      });
      session.show(jobs, () =>
        table(
          terminal,
          [
            { title: 'JOB', value: (job) => job.id },
            { title: 'STATUS', value: (job) => job.status },
            { title: 'STARTED', value: (job) => job.started_at },
            {
              title: 'TOOK',
              align: 'right',
              value: (job) => (job.duration_seconds == null ? '' : duration(job.duration_seconds * 1_000)),
            },
            { title: 'INSERTED', align: 'right', value: (job) => job.entities_inserted },
            { title: 'UPDATED', align: 'right', value: (job) => job.entities_updated },
            { title: 'DELETED', align: 'right', value: (job) => job.entities_deleted },
            { title: 'FAILED', align: 'right', value: (job) => job.entities_failed },
            { title: 'ERROR', value: (job) => job.error },
          ],
          jobs,
        ),
      );
    });
}

/** `tributary cancel <id> [job]` */
export function cancelCommand(terminal: Terminal): Command {
  return new Command('cancel')
    .description('cancel a job; without its id, the newest one')
    .argument('<id>', 'id of the source connection')
    .argument('[job]', 'id of the job')
    .addHelpText('after', examples('cancel 6f1c…'))
    .action(async (id: string, jobId: string | undefined, _options: object, command: Command) => {
      const session = openSession(terminal, command);
      const { sourceConnections } = session.client;
      const target = jobId ?? (await sourceConnections.jobs(id, { limit: 1, signal: terminal.signal }))[0]?.id;
      if (target === undefined)
        throw new CliError('usage', 'This source connection has no job that could be cancelled.');
      const job = await sourceConnections.cancel(id, target, { signal: terminal.signal });
      session.show(job, () => `Job ${job.id} is ${job.status}.\n`);
    });
}
