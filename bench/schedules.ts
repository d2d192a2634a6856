import { sql } from 'kysely';
import type { ControlStore } from '@tributary/server/control/database';

/** Tenants that the schedules belong to, in turn. */
const ORGANIZATIONS = 100;
/** The control store gives a statement seconds to answer. */
const BATCH = 20_000;
const FAR = 4_102_444_800_000;

/** `from` to `to - 1` as rows `n (i)`; both databases count this way. */
const numbers = (from: number, to: number) => sql`
  with recursive n (i) as (select ${sql.lit(from)} union all select i + 1 from n where i + 1 < ${sql.lit(to)})`;

/**
 * Adds source connections until there are `to`, daily ones whose next run is far away, each with a connection and a collection of
 * its own.
 */
export async function seedSchedules(control: ControlStore, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += BATCH) await insertSchedules(control, at, Math.min(at + BATCH, to));
  await settle(control);
}

/** PostgreSQL would do so by itself within minutes, in the middle of what is measured. */
async function settle(control: ControlStore): Promise<void> {
  if (control.dialect === 'sqlite') return void (await sql`analyze`.execute(control.db));
  await sql`vacuum analyze`.execute(control.db);
  await sql`checkpoint`.execute(control.db);
}

async function insertSchedules(control: ControlStore, from: number, to: number): Promise<void> {
  await control.transaction(async (tx) => {
    // Nothing here breaks a reference, and checking three million of them takes longer than the bench.
    if (control.dialect === 'postgres') await sql`set local session_replication_role = replica`.execute(tx);
    if (from === 0) {
      await sql`insert into organization (id, name, created_at)
        ${numbers(0, ORGANIZATIONS)} select 'org-' || i, 'Bench', 0 from n`.execute(tx);
      await sql`insert into project (id, organization_id, name, created_at)
        ${numbers(0, ORGANIZATIONS)} select 'project-' || i, 'org-' || i, 'default', 0 from n`.execute(tx);
    }
    const owner = sql`'org-' || (i % ${sql.lit(ORGANIZATIONS)})`;
    await sql`insert into collection (id, organization_id, readable_id, name, created_at, modified_at)
      ${numbers(from, to)} select 'collection-' || i, ${owner}, 'collection-' || i, 'Bench', 0, 0 from n`.execute(tx);
    await sql`insert into connection (id, organization_id, project_id, handle, handle_key, connector, connector_given, endpoint,
        auth_method, authenticated_at, created_at, modified_at)
      ${numbers(from, to)} select 'connection-' || i, ${owner}, 'project-' || (i % ${sql.lit(ORGANIZATIONS)}), 'c' || i, 'c' || i, 'stub', 'stub',
        '{}', 'direct', 0, 0, 0 from n`.execute(tx);
    await sql`insert into source_connection (id, organization_id, connection_id, collection_id, sync_id, name, config, cron,
        next_run_at, created_at, modified_at)
      ${numbers(from, to)} select 'sc-' || i, ${owner}, 'connection-' || i, 'collection-' || i, 'sync-' || i, 'Bench', '{}', '0 3 * * *',
        ${sql.lit(FAR)} + i, 0, 0 from n`.execute(tx);
  });
}

/** Makes the first `count` source connections due. */
export async function makeDue(control: ControlStore, count: number): Promise<void> {
  await sql`update source_connection set next_run_at = 1 where id in (
    ${numbers(0, count)} select 'sc-' || i from n)`.execute(control.db);
}

/** Forgets all jobs, so that the next round finds the tables as this one did. */
export async function clearJobs(control: ControlStore): Promise<void> {
  await sql`delete from sync_job`.execute(control.db);
  if (control.dialect === 'postgres') await sql`vacuum sync_job, job_event, source_connection`.execute(control.db);
}
