import type { Feed, FeedPage } from '../../../kit/feed.ts';
import type { PostgresContext } from '../config.ts';
import { type Link, openLink } from '../open-client.ts';
import { checkSlot, createSlot } from './replication-slot.ts';
import { FeedCursor } from './feed-cursor.ts';
import { ensurePublication } from './publication.ts';
import { readChanges } from './read-changes.ts';
import { toReplicationError } from './replication-error.ts';
import type { ReplicationPlan } from './replication-plan.ts';
import { listTableMarks } from './table-marks.ts';
import { settings } from '../snapshot-session.ts';
import { ConnectorError } from '../../../kit/connector-error.ts';

/** The changes of a database's tables, told by one replication slot. */
export class ReplicationFeed implements Feed {
  /** No table's name: those have a dot. */
  readonly name = 'changes';
  readonly #ctx: PostgresContext;
  readonly #plan: ReplicationPlan;
  #marks: Promise<ReadonlyMap<string, string>> | undefined;
  /** Holds the snapshot of the moment at which the slot was made, until the changes are read. */
  #holder: Link | undefined;
  #snapshot: string | undefined;

  constructor(ctx: PostgresContext, plan: ReplicationPlan) {
    this.#ctx = ctx;
    this.#plan = plan;
  }

  /** The exported snapshot that a first copy should see: what the slot tells begins right behind it. */
  get snapshot(): string | undefined {
    return this.#snapshot;
  }

  /** The mark of a table, by its object id; see `listTableMarks`. */
  async mark(oid: string): Promise<string> {
    this.#marks ??= this.#withLink((link) => listTableMarks(link, this.#plan));
    return (await this.#marks).get(oid) ?? '';
  }

  parseCursor(cursor: unknown): FeedCursor {
    const parsed = FeedCursor.parse(cursor);
    if (parsed.slot !== this.#plan.slot) throw new Error('the cursor belongs to another slot');
    return parsed;
  }

  async start(since: FeedCursor | undefined): Promise<FeedCursor> {
    this.#marks = undefined;
    await this.#release();
    return this.#withLink(async (link) => {
      const publication = await ensurePublication(link, this.#plan);
      const replication = await openLink(this.#ctx, 'replication');
      try {
        await replication.rows(settings('SESSION'));
        const [identity] = await replication.rows('IDENTIFY_SYSTEM');
        const system = identity?.['systemid'] ?? '';
        if (since) {
          if (since.system !== system || since.publication !== publication)
            throw new ConnectorError('cursor_expired', 'The server or the publication is not the one that was read.');
          await checkSlot(link, since);
          return since;
        }
        const { slot } = this.#plan;
        const { lsn, snapshot } = await createSlot(link, replication, slot);
        this.#holder = replication;
        this.#snapshot = snapshot;
        return { system, slot, publication, lsn };
      } finally {
        if (this.#holder !== replication) await replication.close();
      }
    });
  }

  async *read(since: FeedCursor): AsyncGenerator<FeedPage<FeedCursor>> {
    await this.#release();
    try {
      yield* readChanges(this.#ctx, this.#plan, since);
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      throw toReplicationError(error, this.#plan.slot);
    }
  }

  async #release(): Promise<void> {
    const holder = this.#holder;
    this.#holder = undefined;
    this.#snapshot = undefined;
    await holder?.close();
  }

  async #withLink<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const link = await openLink(this.#ctx);
    try {
      return await work(link);
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      throw toReplicationError(error, this.#plan.slot);
    } finally {
      await link.close();
    }
  }
}
