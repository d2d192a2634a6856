import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import { web } from './index.ts';

export interface CrawlRun {
  readonly pages: readonly Page<JsonObject, unknown>[];
  readonly rows: ReadonlyMap<string, JsonObject>;
  readonly present: readonly string[];
  readonly failures: readonly RecordFailure[];
  readonly cursor: unknown;
  readonly complete: boolean;
  /** Milliseconds that the crawl waited. */
  readonly waited: number;
  readonly logs: readonly string[];
}

/** One job of the connector, read to its end or to `stopAfter` pages; `holding` is what an engine would then hold. */
export async function crawl(
  config: object,
  options: { readonly since?: unknown; readonly holding?: Holding; readonly stopAfter?: number } = {},
): Promise<CrawlRun> {
  const { holding = new Holding(), stopAfter = Infinity } = options;
  const reading = startReading(web, { config: { requests_per_minute: 600, ...config } });
  try {
    const [stream] = await web.discover(reading.ctx);
    if (!stream) throw new Error('there is no stream');
    const since = options.since === undefined ? undefined : stream.parseCursor(jsonCopy(options.since));
    holding.begin();
    const pages: Page<JsonObject, unknown>[] = [];
    for await (const page of stream.read(since)) {
      pages.push(page);
      holding.take(stream, page);
      if (pages.length >= stopAfter) break;
    }
    return {
      pages,
      rows: new Map(pages.flatMap((page) => page.upserts.map((row) => [stream.key(row), row] as const))),
      present: pages.flatMap((page) => page.present ?? []),
      failures: pages.flatMap((page) => page.failures ?? []),
      cursor: pages.map((page) => page.cursor).findLast((cursor) => cursor !== undefined),
      complete: pages.some((page) => page.complete === true),
      waited: reading.waited(),
      logs: reading.logs,
    };
  } finally {
    await reading.close();
  }
}
