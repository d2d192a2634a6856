import type { Job } from '@tributary/sdk/model';
import type { BenchService } from './service.ts';

export interface TableConnection {
  readonly id: string;
  /** Readable id of the collection. */
  readonly collection: string;
  readonly collectionId: string;
}

/** Connects one table of a PostgreSQL database, without a sync yet; `collection` is a readable id, a fresh one by default. */
export async function connectTable(
  { client }: BenchService,
  url: URL,
  table: string,
  schedule: { readonly cursor_field?: string } = {},
  collection?: string,
): Promise<TableConnection> {
  const into =
    collection === undefined
      ? await client.collections.create({ name: 'Articles' })
      : await client.collections.get(collection);
  const connection = await client.sourceConnections.create({
    short_name: 'postgres',
    readable_collection_id: into.readable_id,
    config: {
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      sslmode: 'disable',
      include_tables: [`public.${table}`],
      // Listing the keys for deletes is a cost of its own, which grows with the table.
      ...(schedule.cursor_field !== undefined && { delete_detection: 'never' }),
    },
    authentication: { credentials: { username: url.username, password: decodeURIComponent(url.password) } },
    schedule: { cron: null, ...schedule },
    sync_immediately: false,
  });
  return { id: connection.id, collection: into.readable_id, collectionId: into.id };
}

/** Seconds that the job itself took, without the wait for a worker. */
function secondsOf(job: Job): number {
  return (Date.parse(String(job.completed_at)) - Date.parse(String(job.started_at))) / 1000;
}

/** Runs a sync to its end and gives its seconds; insists that it came to all `rows`, or to none when nothing had changed. */
export async function runJob(
  { client }: BenchService,
  id: string,
  rows: number,
  kind: 'inserted' | 'updated' = 'inserted',
): Promise<number> {
  const started = await client.sourceConnections.run(id);
  const job = await client.sourceConnections.waitForJob(id, started.id);
  if (job.status !== 'completed') throw new Error(`the sync ended as ${job.status}: ${job.error ?? ''}`);
  const came = kind === 'inserted' ? job.entities_inserted : job.entities_updated;
  if (came !== rows && (came !== 0 || kind === 'updated')) throw new Error(`${came} of ${rows} rows came`);
  return secondsOf(job);
}
