import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { untilAborted } from '../engine/read-ahead.ts';
import { Slots } from '../engine/slots.ts';

export interface Sampling {
  readonly wanted: (stream: string) => boolean;
  /** Of each stream. */
  readonly rows: number;
}

/** The first rows of a stream; fewer than were asked for when that is all there is, or when the time was over. */
export interface StreamSample {
  readonly stream: Stream;
  readonly rows: readonly JsonObject[];
}

/** A source that yields so many pages without a record has none to show. */
const PAGES = 20;

/** Reads the beginning of every stream that is wanted; nothing is stored. A stream that cannot be read has no rows. */
export async function sampleStreams(
  connector: Connector,
  ctx: ConnectorContext,
  { wanted, rows }: Sampling,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, StreamSample>> {
  const streams = await connector.discover(ctx);
  const slots = new Slots(connector.limits.concurrency);
  const samples = await Promise.all(
    streams.map((stream) =>
      slots.run(async () => ({ stream, rows: wanted(stream.name) ? await firstRows(stream, rows, signal) : [] })),
    ),
  );
  return new Map(samples.map((sample) => [sample.stream.name, sample]));
}

async function firstRows(stream: Stream, most: number, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = [];
  try {
    const slices = stream.slices && (await untilAborted(stream.slices(), signal));
    if (slices?.length === 0) return rows;
    const pages = stream.read(undefined, slices?.[0])[Symbol.asyncIterator]();
    try {
      for (let page = 0; page < PAGES && rows.length < most; page++) {
        const step = await untilAborted(pages.next(), signal);
        if (step.done === true) break;
        rows.push(...step.value.upserts.slice(0, most - rows.length));
      }
    } finally {
      // It closes what it has opened; nobody waits for it.
      Promise.resolve(pages.return?.()).catch(() => undefined);
    }
  } catch {
    // What cannot be read, or not in time, is not known; the others still are.
  }
  return rows;
}
