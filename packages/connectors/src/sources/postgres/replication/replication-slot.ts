import { ConnectorError } from '../../../kit/connector-error.ts';
import type { Link } from '../open-client.ts';
import { quoteName } from '../table.ts';
import type { FeedCursor } from './feed-cursor.ts';
import { parseLsn } from './lsn.ts';

/** `wal_status` and `invalidation_reason` are absent on older servers. */
const SLOT = `
  SELECT s.active_pid::text AS active, s.restart_lsn::text AS kept, s.confirmed_flush_lsn::text AS told,
    to_jsonb(s) ->> 'wal_status' AS status, to_jsonb(s) ->> 'invalidation_reason' AS invalid,
    pg_current_wal_lsn()::text AS now
  FROM pg_replication_slots s WHERE s.slot_name = $1`;

/** How long a new slot may wait for the transactions that were running when it was asked for. */
const CREATE_MS = 300_000;

/** Throws `cursor_expired` unless the slot still tells everything after the cursor. */
export async function checkSlot(link: Link, { slot, lsn }: FeedCursor): Promise<void> {
  const [found] = await link.rows(SLOT, [slot]);
  const expired = (why: string): never => {
    throw new ConnectorError('cursor_expired', `The replication slot ${slot} ${why}`);
  };
  if (!found) return expired('is gone.');
  if (found['status'] === 'lost' || found['invalid'] || !found['kept'])
    return expired('was given up by the server (see max_slot_wal_keep_size, idle_replication_slot_timeout).');
  if (parseLsn(found['told'] ?? '0/0') > parseLsn(lsn))
    return expired(
      'has told of changes that are not stored: the collection was restored from a backup, the slot was made again, or another reader uses it. Two source connections need slots of different names.',
    );
  if (parseLsn(found['now'] ?? '0/0') < parseLsn(lsn)) return expired('is of an older state of the database.');
}

/** A new slot, and the snapshot of the moment from which it tells. */
export interface NewSlot {
  readonly lsn: string;
  /** Held as long as nothing else is asked over the replication connection. */
  readonly snapshot: string;
}

/** Makes the slot over a replication connection; one of the same name that nobody reads is dropped before. */
export async function createSlot(link: Link, replication: Link, slot: string): Promise<NewSlot> {
  await link.rows('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [slot]);
  const late = AbortSignal.timeout(CREATE_MS);
  const waited = new Promise<never>((_resolve, reject) => {
    late.addEventListener('abort', () => reject(tooLong(slot)), { once: true });
  });
  const made = replication.rows(`CREATE_REPLICATION_SLOT ${quoteName(slot)} LOGICAL pgoutput EXPORT_SNAPSHOT`);
  const [row] = await Promise.race([made, waited]);
  return { lsn: row?.['consistent_point'] ?? '', snapshot: row?.['snapshot_name'] ?? '' };
}

const tooLong = (slot: string): ConnectorError =>
  new ConnectorError(
    'unavailable',
    `The replication slot ${slot} waits for transactions that were running before it. End them, see pg_stat_activity.`,
  );
