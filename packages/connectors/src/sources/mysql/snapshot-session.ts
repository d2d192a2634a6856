import type { SqlSession } from '../sql/session.ts';
import type { MysqlContext } from './config.ts';
import { findHorizon, type Horizon } from './horizon.ts';
import { type Link, openLink } from './open-client.ts';

/** Connections that see the database as it was at about one moment: this server cannot share a snapshot. */
export interface SnapshotSession extends SqlSession {
  readonly links: readonly [Link, ...Link[]];
  /** Until when changes can be seen by all of them; `undefined` when it was not asked for. */
  readonly horizon: Horizon | undefined;
  close(): Promise<void>;
}

/** Implies an end of the transaction before it. */
const BEGIN = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY';

/** Begins a read-only transaction with a snapshot; for reads by a cursor column it looks first who is still writing. */
export async function openSnapshot(ctx: MysqlContext, wantsHorizon: boolean): Promise<SnapshotSession> {
  const leader = await openLink(ctx);
  const links: [Link, ...Link[]] = [leader];
  const close = async (): Promise<void> => {
    await Promise.all(links.map((link) => link.close()));
  };
  const join = async (): Promise<boolean> => {
    try {
      links.push(await openLink(ctx));
      return true;
    } catch (error) {
      ctx.signal.throwIfAborted();
      ctx.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'reads with fewer connections');
      return false;
    }
  };
  try {
    const horizon = wantsHorizon ? await findHorizon(leader) : undefined;
    await leader.rows(BEGIN);
    return {
      links,
      horizon,
      close,
      async widen(count) {
        if (count <= links.length) return;
        while (links.length < count && (await join()));
        // All at once, the first one again, so that their moments lie as close together as can be.
        await Promise.all(links.map((link) => link.rows(BEGIN)));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
