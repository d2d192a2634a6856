import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import type { PostgresContext } from './config.ts';
import { toConnectorError } from './postgres-error.ts';
import { openSnapshot, type SnapshotSession } from './snapshot-session.ts';
import { streamName, type Table } from './table.ts';

/**
 * Reads a table inside a session of its own, at the snapshot `exported` when there is one, and turns what goes wrong into
 * what the engine acts on.
 */
export async function* inSnapshot<C>(
  ctx: PostgresContext,
  table: Table,
  read: (session: SnapshotSession) => AsyncGenerator<Page<JsonObject, C>>,
  exported?: string,
): AsyncGenerator<Page<JsonObject, unknown>> {
  let session: SnapshotSession | undefined;
  try {
    ctx.signal.throwIfAborted();
    session = await openSnapshot(ctx, exported);
    for await (const page of read(session)) {
      yield page;
      ctx.signal.throwIfAborted();
    }
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ConnectorError) throw error;
    throw toConnectorError(error, `Reading ${streamName(table)}`);
  } finally {
    await session?.close();
  }
}
