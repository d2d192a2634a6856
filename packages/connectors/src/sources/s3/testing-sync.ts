import { Holding, jsonCopy, scopesOf, startReading } from '../../kit/contract-reading.ts';
import type { Stream } from '../../kit/connector.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page } from '../../kit/page.ts';
import { S3_ACCESS_KEY_ID, S3_BUCKET } from '../../testing/s3-server.ts';
import { s3 } from './index.ts';

export interface SyncOptions {
  readonly since?: unknown;
  readonly config?: object;
  readonly credentials?: object;
  readonly aheadMs?: number;
  readonly stopAfter?: number;
  readonly holding?: Holding;
  /** Called after every page. */
  readonly onPage?: () => void;
}

export interface Run {
  readonly stream: Stream;
  readonly pages: readonly Page<JsonObject, unknown>[];
  /** Keys of the rows. */
  readonly read: readonly string[];
  readonly present: readonly string[];
  readonly cursor: unknown;
}

export const credentials = { access_key_id: S3_ACCESS_KEY_ID, secret_access_key: 'canary-secret-8b1f' };

export const readingOf = (endpoint: string, options: SyncOptions = {}) =>
  startReading(s3, {
    config: { bucket: S3_BUCKET, endpoint, ...options.config },
    credentials: { ...credentials, ...options.credentials },
  });

/** One job over the first slice, as an engine would run it. */
export async function sync(endpoint: string, options: SyncOptions = {}): Promise<Run> {
  const reading = readingOf(endpoint, options);
  const { aheadMs = 0, holding = new Holding(), stopAfter, onPage } = options;
  const clock = { ...reading.ctx.clock, now: () => Date.now() + aheadMs };
  try {
    const [stream] = await s3.discover({ ...reading.ctx, clock });
    if (!stream) throw new Error('no stream');
    const [slice] = await scopesOf(stream);
    const since = options.since === undefined ? undefined : stream.parseCursor(jsonCopy(options.since));
    holding.begin();
    const pages: Page<JsonObject, unknown>[] = [];
    for await (const page of stream.read(since, slice)) {
      pages.push(page);
      holding.take(stream, page);
      onPage?.();
      if (pages.length === stopAfter) break;
    }
    return {
      stream,
      pages,
      read: pages.flatMap((page) => page.upserts.map((row) => stream.key(row))),
      present: pages.flatMap((page) => page.present ?? []),
      cursor: pages.map((page) => page.cursor).findLast((cursor) => cursor !== undefined),
    };
  } finally {
    await reading.close();
  }
}
