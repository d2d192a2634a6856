import { z } from 'zod';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Feed, FeedPage } from '@tributary/connectors/kit/feed';
import type { OracleSource } from './oracle-source.ts';

const Cursor = z.object({ sequence: z.number() });
type Cursor = z.output<typeof Cursor>;

/** Entries of the log on a page. */
const PAGE = 3;

/** Tells what happened to the rows for several streams that all hold them, one entry of the log after the other. */
export function oracleFeed(source: OracleSource, streams: readonly string[]): Feed {
  const expectKept = (since: Cursor): void => {
    if (since.sequence < source.logStart)
      throw new ConnectorError('cursor_expired', 'The log does not go back so far.');
  };
  return {
    name: 'feed',
    parseCursor: (cursor) => Cursor.parse(cursor),
    start(since) {
      source.turnPage('told');
      if (since === undefined) return Promise.resolve({ sequence: source.log.length });
      expectKept(since as Cursor);
      return Promise.resolve(since);
    },
    async *read(since) {
      expectKept(since as Cursor);
      for (let { sequence } = since as Cursor; ;) {
        source.turnPage('told');
        const entries = source.log.slice(sequence, sequence + PAGE);
        if (entries.length === 0) return;
        sequence += entries.length;
        const cleared = entries.findLastIndex(({ id }) => id === undefined);
        const ids = [...new Set(entries.slice(cleared + 1).flatMap(({ id }) => id ?? []))];
        const page = {
          upserts: source.take(ids),
          deletes: ids.filter((id) => !source.rows.has(id)),
          ...(cleared !== -1 && { emptied: true }),
        };
        // The cursor may come on a page of its own.
        const parts = streams.map((stream) => ({ stream, ...page }));
        yield { parts, ...(sequence % 2 === 0 && { cursor: { sequence } }) } satisfies FeedPage<Cursor>;
        await Promise.resolve();
        if (sequence % 2 !== 0) yield { parts: [], cursor: { sequence } };
      }
    },
  };
}
