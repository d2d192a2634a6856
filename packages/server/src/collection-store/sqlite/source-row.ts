import type { SourceConnectionId } from '../../lib/ids.ts';
import { FencedError } from '../port.ts';
import { type Connection, prepared } from './connection.ts';

/** What a source connection's row says of its fence and run; `job` is set from the begin of a run to its end. */
export interface SourceRow {
  readonly id: number;
  readonly fence: number;
  readonly generation: number;
  readonly job: number | null;
}

/**
 * Raises the fence above the control store's and the stored one, and gives it. Throws `FencedError` for a source
 * connection that was purged: the claim is late.
 */
export function claimSource(db: Connection, id: SourceConnectionId, controlFence: number): number {
  if (prepared(db, 'SELECT 1 FROM purged WHERE source_connection_id = ?').get(id)) {
    throw new FencedError(`source connection ${id} was deleted`);
  }
  const fence = Math.max(controlFence, findSource(db, id)?.fence ?? 0) + 1;
  prepared(
    db,
    `INSERT INTO source (source_connection_id, fence) VALUES (?, ?)
     ON CONFLICT (source_connection_id) DO UPDATE SET fence = excluded.fence`,
  ).run(id, fence);
  return fence;
}

/** The row of the source connection, if `fence` still holds it; inside the transaction that will write. Throws `FencedError`. */
export function holdSource(db: Connection, id: SourceConnectionId, fence: number): SourceRow {
  const source = findSource(db, id);
  if (source?.fence === fence) return source;
  throw new FencedError(
    source
      ? `source connection ${id} is held with fence ${source.fence}, this writer has ${fence}`
      : `source connection ${id} was deleted`,
  );
}

export function findSource(db: Connection, id: SourceConnectionId): SourceRow | undefined {
  return prepared(db, 'SELECT id, fence, generation, job FROM source WHERE source_connection_id = ?').get(id) as
    | SourceRow
    | undefined;
}
