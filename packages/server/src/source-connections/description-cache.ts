import type { CollectionReaders, SourceDescription } from '../collection-store/port.ts';
import { isTerminal } from '../jobs/states.ts';
import type { SyncJob } from '../syncs/model.ts';
import type { JoinedRow } from './repository.ts';

/** Views of so many source connections are kept. */
const keptAtMost = 1_000;

const nothing: SourceDescription = { types: [], cursors: [] };

/** Tells what the collection store holds of a source connection. */
export type DescribeSource = (row: JoinedRow, latest: SyncJob | null) => Promise<SourceDescription>;

/**
 * Only jobs write to the collection store, so what it holds of a source connection stays the same from the end of one job
 * to the start of the next: it is asked once after each job, and every time while one is live.
 */
export function createDescribeSource(readers: CollectionReaders): DescribeSource {
  const kept = new Map<string, { readonly jobId: string; readonly description: SourceDescription }>();
  return async (row, latest) => {
    if (!latest) return nothing;
    const known = kept.get(row.id);
    if (known?.jobId === latest.id) return known.description;
    const description = await readers.describeSource(row.collection_id, row.id);
    kept.delete(row.id);
    if (isTerminal(latest.state)) kept.set(row.id, { jobId: latest.id, description });
    const [oldest] = kept.keys();
    if (kept.size > keptAtMost && oldest !== undefined) kept.delete(oldest);
    return description;
  };
}
