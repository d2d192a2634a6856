import { isFromServer } from './mysql-error.ts';
import type { Link } from './open-client.ts';

/** A moment up to which no transaction that is not yet visible has written, as the server would write it. */
export interface Horizon {
  /** For `timestamp`, which the session reads in UTC: `2024-01-02 03:04:05`. */
  readonly utc: string;
  /** For `datetime` and `date`: UTC or the server's own time, whichever is earlier, as nobody knows which one was written. */
  readonly earliest: string;
}

/** Seconds since the oldest transaction that has locked something, as one that writes has. The list may be 0.1 s old. */
const OLDEST_WRITER = `
  SELECT GREATEST(0, MAX(TIMESTAMPDIFF(SECOND, trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')))) AS age
  FROM information_schema.INNODB_TRX
  WHERE trx_lock_structs > 0 AND trx_mysql_thread_id <> CONNECTION_ID()`;

/** Whole seconds, rounded down: a column without fractions holds no more of the time at which it was written. */
const NOW = (age: number): string => `
  SELECT DATE_FORMAT(at, '%Y-%m-%d %H:%i:%s') AS utc,
         DATE_FORMAT(CONVERT_TZ(at, '+00:00', @@GLOBAL.time_zone), '%Y-%m-%d %H:%i:%s') AS own
  FROM (SELECT UTC_TIMESTAMP(6) - INTERVAL ${age + 1} SECOND AS at) AS moment`;

/**
 * Looks at the server's clock and, when the user has the PROCESS privilege, at who is writing. It must be asked before the
 * snapshot is made: who is neither seen here nor in the snapshot began later.
 */
export async function findHorizon(link: Link): Promise<Horizon> {
  const age = await oldestWriterAge(link);
  const [row] = await link.rows(NOW(age));
  const utc = row?.['utc'] ?? '';
  const own = row?.['own'] ?? utc;
  return { utc, earliest: own < utc ? own : utc };
}

async function oldestWriterAge(link: Link): Promise<number> {
  try {
    const [row] = await link.rows(OLDEST_WRITER);
    return Number(row?.['age'] ?? 0);
  } catch (error) {
    if (isFromServer(error)) return 0;
    throw error;
  }
}
