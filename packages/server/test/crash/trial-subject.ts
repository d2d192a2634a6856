import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CollectionId, JobId, SourceConnectionId } from '../../src/lib/ids.ts';
import type { Oracle } from './oracle.ts';
import type { Stack } from './stack.ts';
import type { TrialPlan } from './trial-plan.ts';

export interface SubjectCollection {
  readonly id: CollectionId;
  readonly readableId: string;
}

/** A source connection of the trial and the source that it reads. */
export interface SubjectSource {
  readonly id: SourceConnectionId;
  /** The oracle's name of it. */
  readonly source: string;
  readonly collection: SubjectCollection;
}

export interface EndedSync {
  readonly state: string;
  /** Records that were counted as failures. */
  readonly failed: number;
}

/** What the trial is about: collections and source connections, and the syncs of these. */
export class TrialSubject {
  readonly stack: Stack;
  readonly oracle: Oracle;
  readonly collections: readonly SubjectCollection[];
  readonly sources: readonly SubjectSource[];

  private constructor(
    stack: Stack,
    oracle: Oracle,
    collections: readonly SubjectCollection[],
    sources: readonly SubjectSource[],
  ) {
    this.stack = stack;
    this.oracle = oracle;
    this.collections = collections;
    this.sources = sources;
  }

  static async create(stack: Stack, oracle: Oracle, plan: TrialPlan): Promise<TrialSubject> {
    const collections: SubjectCollection[] = [];
    for (const name of ['Shared', 'Alone']) {
      const { body } = await stack.call('POST', '/v1/collections', { name });
      collections.push({ id: body.id, readableId: body.readable_id });
    }
    const sources: SubjectSource[] = [];
    for (const [index, { collection: place, ...rest }] of plan.sources.entries()) {
      const collection = collections[place]!;
      const source = `s${plan.seed}-${index}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
      const options = { seed: plan.seed * 10 + index, tag: `q${index}`, ...rest };
      await oracle.command(source, { type: 'create', options });
      const made = await stack.call('POST', '/v1/source-connections', {
        short_name: 'crash_oracle',
        readable_collection_id: collection.readableId,
        config: { url: oracle.url, source },
        schedule: { cron: null },
        sync_immediately: false,
      });
      if (made.status !== 200) throw new Error(`no source connection: ${JSON.stringify(made.body)}`);
      sources.push({ id: made.body.id, source, collection });
    }
    return new TrialSubject(stack, oracle, collections, sources);
  }

  /** Starts a sync; `undefined` when one is live already. */
  async run({ id }: SubjectSource, fullRefresh = false): Promise<JobId | undefined> {
    const query = fullRefresh ? '?force_full_sync=true' : '';
    const answer = await this.stack.call('POST', `/v1/source-connections/${id}/run${query}`);
    if (answer.status === 409) return undefined;
    if (answer.status !== 200) throw new Error(`a sync was refused: ${JSON.stringify(answer.body)}`);
    return answer.body.id as JobId;
  }

  async cancel({ id }: SubjectSource): Promise<void> {
    const [job] = (await this.stack.call('GET', `/v1/source-connections/${id}/jobs?limit=1`)).body;
    if (job) await this.stack.call('POST', `/v1/source-connections/${id}/jobs/${job.id}/cancel`);
  }

  /** Waits until no job is live, and no source connection due; `false` when that takes too long. */
  idle(withinMs: number): Promise<boolean> {
    return until(withinMs, async () => {
      const { rows } = await sql<{ busy: number }>`
        select (select count(*) from sync_job where state in ('pending', 'running', 'cancelling'))
          + (select count(*) from source_connection where next_run_at is not null) as busy`.execute(
        this.stack.control.db,
      );
      return Number(rows[0]?.busy) === 0;
    });
  }

  /** How a job ended, or how it is when that takes too long. */
  async ended(jobId: JobId, withinMs: number): Promise<EndedSync> {
    let state = 'unknown';
    let failed = 0;
    await until(withinMs, async () => {
      const row = await this.stack.control.db
        .selectFrom('sync_job')
        .select(['state', 'failed', 'completed_at', 'error_message'])
        .where('id', '=', jobId)
        .executeTakeFirst();
      state = row?.state === 'failed' ? `failed: ${row.error_message ?? ''}` : (row?.state ?? 'missing');
      failed = row?.failed ?? 0;
      return row === undefined || row.completed_at !== null;
    });
    return { state, failed };
  }
}

/** Looks until it holds; `false` after so long. */
export async function until(withinMs: number, holds: () => Promise<boolean> | boolean): Promise<boolean> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() > end) return false;
    await sleep(40);
  }
}
