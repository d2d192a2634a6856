import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { CollectionId, JobId, OrganizationId, SourceConnectionId } from '../lib/ids.ts';
import type { ControlStore, Queryable } from './database.ts';

export interface ClaimCandidate {
  readonly id: JobId;
  readonly organization_id: OrganizationId;
  readonly source_connection_id: SourceConnectionId;
  readonly collection_id: CollectionId;
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
  /** The oldest claimable jobs of each organization, held for this transaction. */
  readonly takeClaimable: (tx: Queryable, turn: ClaimTurn) => Promise<readonly ClaimCandidate[]>;
}

/** A job may be claimed when it waits for nothing and no other process writes its collection. */
const claimable = (organizationId: RawBuilder<unknown>, { owner, each }: ClaimTurn) => sql`
  select job.id, job.organization_id, job.source_connection_id, job.collection_id
  from sync_job as job
  where job.organization_id = ${organizationId} and job.state = 'pending' and job.not_before is null
    and not exists (
      select 1 from sync_job as writing
      where writing.collection_id = job.collection_id and writing.state in ('running', 'cancelling')
        and writing.lease_owner <> ${owner}
    )
  order by job.requested_at
  limit ${each}`;

export const statements: Readonly<Record<ControlStore['dialect'], DialectStatements>> = {
  sqlite: {
    // BEGIN IMMEDIATE has shut every other writer out already.
    skipLocked: () => sql``,
    // No LATERAL here, but a statement costs microseconds.
    async takeClaimable(tx, turn) {
      const found: ClaimCandidate[] = [];
      for (const organizationId of turn.organizationIds) {
        const { rows } = await sql<ClaimCandidate>`${claimable(sql`${organizationId}`, turn)}`.execute(tx);
        found.push(...rows);
      }
      return found;
    },
  },
  postgres: {
    skipLocked: (table) => sql`for update of ${sql.table(table)} skip locked`,
    async takeClaimable(tx, turn) {
      const { rows } = await sql<ClaimCandidate>`
        select job.* from unnest(${turn.organizationIds}::text[]) as organization (id)
        cross join lateral (${claimable(sql`organization.id`, turn)} for update of job skip locked) as job`.execute(tx);
      return rows;
    },
  },
};
