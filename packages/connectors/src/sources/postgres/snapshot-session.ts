import type { PostgresContext } from './config.ts';
import { type Link, openLink } from './open-client.ts';

/** Several connections that see the database at one moment. */
export interface SnapshotSession {
  /** The first made the snapshot; it must stay open while the others join. */
  readonly links: readonly [Link, ...Link[]];
  /** Opens connections until there are `count`; fewer when the server has no more to give. */
  widen(count: number): Promise<void>;
  close(): Promise<void>;
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** Values are written in one way whatever the server, the database and the user prefer; nothing times out but the network. */
export const settings = (scope: 'LOCAL' | 'SESSION'): string =>
  [
    "datestyle = 'ISO, YMD'",
    "intervalstyle = 'iso_8601'",
    "timezone = 'UTC'",
    "bytea_output = 'hex'",
    'extra_float_digits = 1',
    'statement_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
  ]
    .map((setting) => `SET ${scope} ${setting}`)
    .join('; ');

const SETTINGS = settings('LOCAL');

/**
 * Begins a read-only transaction whose snapshot other connections can join (manual, "Snapshot Synchronization Functions").
 * It sees the moment of the snapshot `exported`, as long as that is still held; else the present.
 */
export async function openSnapshot(ctx: PostgresContext, exported?: string): Promise<SnapshotSession> {
  const leader = await openLink(ctx);
  const links: [Link, ...Link[]] = [leader];
  const close = async (): Promise<void> => {
    await Promise.all(links.map((link) => link.close()));
  };
  try {
    if (!(await begunAt(leader, exported))) await leader.rows(`${BEGIN}; ${SETTINGS}`);
  } catch (error) {
    await close();
    throw error;
  }
  const join = async (id: string): Promise<boolean> => {
    let link: Link | undefined;
    try {
      link = await openLink(ctx);
      await link.rows(`${BEGIN}; SET TRANSACTION SNAPSHOT '${id}'; ${SETTINGS}`);
      links.push(link);
      return true;
    } catch (error) {
      await link?.close();
      ctx.signal.throwIfAborted();
      ctx.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'reads with fewer connections');
      return false;
    }
  };
  return {
    links,
    close,
    async widen(count) {
      if (count <= links.length) return;
      const [row] = await leader.rows('SELECT pg_export_snapshot() AS id');
      while (links.length < count && (await join(row?.['id'] ?? '')));
    },
  };
}

/** Whether the transaction has begun at the exported snapshot; not when nobody holds it any more. */
async function begunAt(leader: Link, exported: string | undefined): Promise<boolean> {
  if (exported === undefined) return false;
  try {
    await leader.rows(`${BEGIN}; SET TRANSACTION SNAPSHOT '${exported}'; ${SETTINGS}`);
    return true;
  } catch {
    await leader.rows('ROLLBACK');
    return false;
  }
}
