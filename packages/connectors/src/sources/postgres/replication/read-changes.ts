import type { FeedPage } from '../../../kit/feed.ts';
import type { PostgresContext } from '../config.ts';
import { type Link, openLink } from '../open-client.ts';
import { settings } from '../snapshot-session.ts';
import type { Table } from '../table.ts';
import { ChangeCollector, isTold, type Told } from './change-collector.ts';
import type { FeedCursor } from './feed-cursor.ts';
import { formatLsn, parseLsn } from './lsn.ts';
import { planReplication, type ReplicationPlan } from './replication-plan.ts';
import { type WalEvent, WalStream } from './wal-stream.ts';

const PAGE_ROWS = 1_000;
const PAGE_BYTES = 4_000_000;

/**
 * Yields what the slot tells after `since`: until the server's log as it is now is read, and then for as long as the
 * context lets it follow. A page carries a cursor when it ends between two transactions. Ends early when the tables are not
 * any more as they were discovered; the next job discovers them again and goes on.
 */
export async function* readChanges(
  ctx: PostgresContext,
  plan: ReplicationPlan,
  since: FeedCursor,
): AsyncGenerator<FeedPage<FeedCursor>> {
  const replication = await openLink(ctx, 'replication');
  let tables: Link | undefined;
  const openTables = async (): Promise<Link> => {
    if (tables) return tables;
    ctx.log.debug({ slot: plan.slot }, 'looks up rows that the log does not hold whole');
    tables = await openLink(ctx);
    await tables.rows(settings('SESSION'));
    return tables;
  };
  const isMember = async (table: Table): Promise<boolean> => {
    const now = await planReplication(ctx, await openTables(), [table]);
    return !('hindrance' in now);
  };
  try {
    await replication.rows(settings('SESSION'));
    const [system] = await replication.rows('IDENTIFY_SYSTEM');
    const from = parseLsn(since.lsn);
    const stream = new WalStream(replication, { ...plan, from, clock: ctx.clock });
    try {
      await stream.start();
      const collector = new ChangeCollector(plan.members, openTables, isMember);
      const until = parseLsn(system?.['xlogpos'] ?? '0/0');
      for await (const page of pagesOf(stream, collector, { from, until, followMs: ctx.options.followMs })) {
        const { parts, lsn } = page;
        yield { parts, ...(lsn !== undefined && { cursor: { ...since, lsn: formatLsn(lsn) } }) };
        ctx.signal.throwIfAborted();
      }
    } finally {
      await stream.end();
    }
  } finally {
    await Promise.all([replication.close(), tables?.close()]);
  }
}

const isFull = ({ rows, bytes }: ChangeCollector): boolean => rows >= PAGE_ROWS || bytes >= PAGE_BYTES;

/** Where the reading of a log stands. */
class LogPosition {
  /** Everything that was committed before is known. */
  reached: bigint;
  inTransaction = false;

  constructor(from: bigint) {
    this.reached = from;
  }

  take(event: Exclude<WalEvent, Told>): void {
    if (event.type === 'begin') this.inTransaction = true;
    else if (event.type === 'commit') {
      this.inTransaction = false;
      this.reached = event.end;
    } else if (!this.inTransaction && event.lsn > this.reached) this.reached = event.lsn;
  }
}

interface LogPage {
  readonly parts: FeedPage['parts'];
  /** Absent in the middle of a transaction. */
  readonly lsn?: bigint;
}

/** What the stream tells from `from`, at least to `until`, in pages. */
async function* pagesOf(
  stream: WalStream,
  collector: ChangeCollector,
  { from, until, followMs }: { readonly from: bigint; readonly until: bigint; readonly followMs: number | undefined },
): AsyncGenerator<LogPage> {
  const position = new LogPosition(from);
  let told = from;
  for await (const event of eventsOf(stream, position, until, followMs)) {
    if (!isTold(event)) position.take(event);
    else if (!(await collector.take(event))) return;
    // While more has come already, small transactions share a page.
    const due = position.inTransaction || stream.waiting > 0 ? isFull(collector) : !collector.isEmpty;
    if (!due) continue;
    const parts = await collector.takeParts();
    if (!parts) return;
    if (position.inTransaction) {
      yield { parts };
      continue;
    }
    told = position.reached;
    yield { parts, lsn: told };
  }
  if (position.reached > told) yield { parts: [], lsn: position.reached };
}

/** The stream's events, to the end of what is to be read, never in the middle of a transaction. */
async function* eventsOf(
  stream: WalStream,
  position: LogPosition,
  until: bigint,
  followMs: number | undefined,
): AsyncGenerator<WalEvent> {
  let following: AbortSignal | undefined;
  for (;;) {
    const caughtUp = position.reached >= until && !position.inTransaction && stream.waiting === 0;
    if (caughtUp && followMs === undefined) return;
    if (caughtUp) following ??= AbortSignal.timeout(followMs ?? 0);
    const event = await stream.next(position.inTransaction ? undefined : following);
    if (!event) return;
    yield event;
  }
}
