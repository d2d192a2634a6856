import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { inSession } from '../sql/in-session.ts';
import type { PostgresContext } from './config.ts';
import { toConnectorError } from './postgres-error.ts';
import { openSnapshot, type SnapshotSession } from './snapshot-session.ts';
import { streamName, type Table } from './table.ts';

/** Reads a table inside a session of its own, at the snapshot `exported` when there is one. */
export function inSnapshot<C>(
  ctx: PostgresContext,
  table: Table,
  read: (session: SnapshotSession) => AsyncGenerator<Page<JsonObject, C>>,
  exported?: string,
): AsyncGenerator<Page<JsonObject, unknown>> {
  const kind = {
    open: () => openSnapshot(ctx, exported),
    explain: (error: unknown) => toConnectorError(error, `Reading ${streamName(table)}`),
  };
  return inSession(ctx.signal, kind, read);
}
