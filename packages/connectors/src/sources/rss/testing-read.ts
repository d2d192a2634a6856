import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import { rss } from './index.ts';

export interface FeedRun {
  readonly rows: readonly JsonObject[];
  readonly present: readonly string[];
  readonly deletes: readonly string[];
  readonly failures: readonly RecordFailure[];
}

/** Jobs of the connector, one after the other, each going on from the cursors of the last. */
export class FeedJobs {
  readonly holding = new Holding();
  readonly cursors = new Map<string, unknown>();
  readonly logs: string[] = [];

  /** Reads every feed; `now` (milliseconds since the epoch) sets the clock. Throws what the connector throws. */
  async run(
    config: object,
    options: { readonly now?: number; readonly allow?: readonly string[] } = {},
  ): Promise<FeedRun> {
    const policy = options.allow && { allow: options.allow };
    const reading = startReading(rss, { config, ...(policy && { policy }) });
    const { now } = options;
    const clock = now === undefined ? reading.ctx.clock : { ...reading.ctx.clock, now: () => now };
    const pages: Page<JsonObject, unknown>[] = [];
    try {
      const [stream] = await rss.discover({ ...reading.ctx, clock });
      if (!stream?.slices) throw new Error('the stream has no slices');
      this.holding.begin();
      for (const slice of await stream.slices()) {
        const stored = this.cursors.get(slice.id);
        const since = stored === undefined ? undefined : stream.parseCursor(jsonCopy(stored));
        for await (const page of stream.read(since, slice)) {
          pages.push(page);
          this.holding.take(stream, page);
          if (page.cursor !== undefined) this.cursors.set(slice.id, page.cursor);
        }
      }
    } finally {
      this.logs.push(...reading.logs);
      await reading.close();
    }
    return {
      rows: pages.flatMap((page) => page.upserts),
      present: pages.flatMap((page) => page.present ?? []),
      deletes: pages.flatMap((page) => page.deletes ?? []),
      failures: pages.flatMap((page) => page.failures ?? []),
    };
  }
}
