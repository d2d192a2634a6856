import { sql } from 'kysely';
import type { RawBuilder, SqlBool } from 'kysely';
import type { CollectionId, JobId, OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { ControlStore, Queryable } from './database.ts';
import type { Flag } from './schema.ts';

export interface ClaimCandidate {
  readonly id: JobId;
  readonly organization_id: OrganizationId;
  readonly source_connection_id: SourceConnectionId;
  readonly collection_id: CollectionId;
  /** 0 when the connection was switched off, or its source connection or collection deleted, in the meantime. */
  readonly active: Flag;
}

export interface ClaimTurn {
  readonly owner: string;
  readonly organizationIds: readonly OrganizationId[];
  /** Jobs of each organization at most. */
  readonly each: number;
}

/** The statements that the two databases do not say alike; everything else is written once. */
export interface DialectStatements {
  /** Ends a query that takes rows for writing; rows that another transaction holds are left out. */
  readonly skipLocked: (table: string) => RawBuilder<unknown>;
  /** Ends a query that reads rows and keeps others from changing them until this transaction ends; `share` lets others read alike. */
  readonly holding: (how: 'update' | 'no key update' | 'share') => RawBuilder<unknown>;
  /** Tells the processes that listen on a channel, once the transaction is committed; undefined where nobody can listen. */
  readonly tell: (channel: string, payload: string) => RawBuilder<unknown> | undefined;
  /** `column in (values)` with one parameter, so that the text is the same for any number of values. */
  readonly isOneOf: (column: string, values: readonly string[]) => RawBuilder<SqlBool>;
  /** Makes a JSON object of names and values. */
  readonly jsonObject: RawBuilder<unknown>;
  /** The oldest claimable jobs of each organization; they and their collections are held for this transaction. */
  readonly takeClaimable: (tx: Queryable, turn: ClaimTurn) => Promise<readonly ClaimCandidate[]>;
}

/**
 * No other process writes the collection of the job. `offset 0` keeps PostgreSQL from making a join of it: with the statistics of
 * a quiet moment it would read all running jobs for each candidate, where a probe of the index costs the same however many run.
 */
export const nobodyWrites = (job: RawBuilder<unknown>, owner: string): RawBuilder<SqlBool> => sql<SqlBool>`not exists (
      select 1 from sync_job as writing
      where writing.collection_id = ${job}.collection_id and writing.state in ('running', 'cancelling')
        and writing.lease_owner <> ${owner}
      limit 1 offset 0
    )`;

/** A job may be claimed when it waits for nothing and no other process writes its collection. */
const claimable = (organizationId: RawBuilder<unknown>, { owner, each }: ClaimTurn) => sql`
  select job.id, job.organization_id, job.source_connection_id, job.collection_id
  from sync_job as job
  where job.organization_id = ${organizationId} and job.state = 'pending' and job.not_before is null
    and ${nobodyWrites(sql`job`, owner)}
  order by job.requested_at
  limit ${each}`;

const columns = sql`job.id, job.organization_id, job.source_connection_id, job.collection_id,
  case when connection.enabled = 1 and source_connection.deleted_at is null and collection.deleted_at is null
    then 1 else 0 end as active`;

const joins = sql`
  join source_connection on source_connection.id = job.source_connection_id
  join connection on connection.id = source_connection.connection_id
  join collection on collection.id = job.collection_id`;

export const statements: Readonly<Record<ControlStore['dialect'], DialectStatements>> = {
  sqlite: {
    // BEGIN IMMEDIATE has shut every other writer out already.
    skipLocked: () => sql``,
    holding: () => sql``,
    tell: () => undefined,
    isOneOf: (column, values) =>
      sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`,
    jsonObject: sql`json_object`,
    // No LATERAL here, but a statement costs microseconds.
    async takeClaimable(tx, turn) {
      const found: ClaimCandidate[] = [];
      for (const organizationId of turn.organizationIds) {
        const { rows } = await sql<ClaimCandidate>`
          select ${columns} from (${claimable(sql`${organizationId}`, turn)}) as job ${joins}`.execute(tx);
        found.push(...rows);
      }
      return found;
    },
  },
  postgres: {
    skipLocked: (table) => sql`for update of ${sql.table(table)} skip locked`,
    holding: (how) => sql`for ${sql.raw(how)}`,
    tell: (channel, payload) => sql`select pg_notify(${channel}, ${payload})`,
    isOneOf: (column, values) => sql<SqlBool>`${sql.ref(column)} = any(${values}::text[])`,
    jsonObject: sql`json_build_object`,
    /**
     * Two workers that look at the same time could both begin to write one collection: neither sees the other's claim yet.
     * So its row is held, and the update that follows looks again, with what the one before has committed.
     */
    async takeClaimable(tx, turn) {
      const { rows } = await sql<ClaimCandidate>`
        select ${columns} from unnest(${turn.organizationIds}::text[]) as organization (id)
        cross join lateral (${claimable(sql`organization.id`, turn)} for update of job skip locked) as job
        ${joins} for no key update of collection skip locked`.execute(tx);
      return rows;
    },
  },
};
