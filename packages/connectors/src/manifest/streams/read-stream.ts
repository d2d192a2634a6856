import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build } from '../model/build.ts';
import type { StreamOutput, StreamReading } from '../model/stream.ts';
import { readSlices } from './read-slices.ts';
import { inStreamGroups } from './stream-groups.ts';

export interface ReadStreamOptions {
  /** Slices that are read side by side. */
  readonly concurrency: number;
  readonly begin: () => StreamReading;
}

/** Reads a stream, alone among the streams of its groups. */
export async function* readStream(
  stream: string,
  build: Build,
  { concurrency, begin }: ReadStreamOptions,
): AsyncGenerator<StreamOutput> {
  const { signal } = build.ctx;
  const leave = await inStreamGroups(stream, build);
  try {
    signal.throwIfAborted();
    const isFinal = (error: unknown): boolean =>
      signal.aborted || (error instanceof ConnectorError && FINAL_REASONS.has(error.reason));
    for await (const output of readSlices(begin(), { concurrency, isFinal })) {
      yield output;
      // Slices side by side may have brought more pages already; nobody wants them any more.
      signal.throwIfAborted();
    }
  } finally {
    leave();
  }
}

/** What one slice meets, all others would meet. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['rate_limited', 'refused']);
