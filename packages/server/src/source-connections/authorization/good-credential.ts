import type { Selectable } from 'kysely';
import type { ControlTables } from '../../control/schema.ts';
import { newId, type SyncId } from '../../lib/ids.ts';
import type { JoinedRow } from '../repository.ts';
import { firstRun } from '../schedule-input.ts';

type Columns = Partial<Selectable<ControlTables['source_connection']>>;

/** A credential that was just proven good ends the pause that its predecessor caused; what was read stays as it is. */
export function resumedColumns(row: Pick<JoinedRow, 'paused_by'>): Columns {
  return row.paused_by === 'credential' ? { paused_by: null, paused_at: null } : {};
}

/** What changes of a source connection once somebody has proven that it may read: it has a sync, and its schedule begins. */
export function authenticatedColumns(
  row: Pick<JoinedRow, 'sync_id' | 'cron' | 'timezone' | 'continuous' | 'paused_by'>,
  now: number,
): Columns {
  if (row.sync_id !== null) return resumedColumns(row);
  return { ...resumedColumns(row), sync_id: newId<SyncId>(), next_run_at: firstRun(row, now) };
}
