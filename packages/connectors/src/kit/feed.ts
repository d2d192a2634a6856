import type { JsonObject } from './json.ts';
import type { Page } from './page.ts';

/** What a page of a feed holds of one stream; within a part, a key is either upserted or deleted. */
export interface FeedPart extends Pick<Page<JsonObject>, 'upserts' | 'deletes' | 'failures'> {
  /** The name of a stream that gets its changes from this feed. */
  readonly stream: string;
  /**
   * The source removed all records of the stream at once, before what else this part tells. They are deleted with the stream's
   * cursor, so the next job reads the stream from its start.
   */
  readonly emptied?: boolean;
}

/** Parts are stored one after the other, and the cursor behind them; a crash in between tells them again. */
export interface FeedPage<Cursor = unknown> {
  readonly parts: readonly FeedPart[];
  /** Where to go on after this page, when everything yielded before is stored. */
  readonly cursor?: Cursor;
}

/**
 * The changes of several streams, told by the source as one sequence, as a log of transactions is. In every job the engine
 * starts the feed, then brings its streams up to date by their own `read`, which gives what the feed does not tell: a first
 * copy; then it reads the feed. So a copy may be newer than the place where the feed goes on: what the feed tells again has to
 * end with the same records.
 */
export interface Feed {
  /** The cursor is kept under this name; no stream may have it. */
  readonly name: string;
  /** Checks a stored cursor; throws when it has a foreign shape. */
  parseCursor(cursor: unknown): unknown;
  /**
   * Makes sure that the source still tells everything after `since`, or makes it keep from now on what will be told; gives the
   * cursor to read from. Throws `ConnectorError('cursor_expired')` when something after `since` is lost: all streams of the
   * feed are then read from their start, and `start(undefined)` is called before.
   */
  start(since: unknown): Promise<unknown>;
  /**
   * `since` is stored for good: the source need not keep what came before it. `streams` names those whose changes are wanted;
   * all when absent. What is told of others is passed over.
   */
  read(since: unknown, streams?: ReadonlySet<string>): AsyncIterable<FeedPage>;
}
