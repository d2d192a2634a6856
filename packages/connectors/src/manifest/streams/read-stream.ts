import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build } from '../model/build.ts';
import type { StreamOutput, StreamReading } from '../model/stream.ts';
import { readSlices } from './read-slices.ts';
import { inStreamGroups } from './stream-groups.ts';

/** Reads a stream side by side within the build's concurrency, alone among the streams of its groups. */
export async function* readStream(
  stream: string,
  build: Build,
  begin: () => StreamReading,
): AsyncGenerator<StreamOutput> {
  const { signal } = build.ctx;
  const leave = await inStreamGroups(stream, build);
  try {
    signal.throwIfAborted();
    const isFinal = (error: unknown): boolean =>
      signal.aborted || (error instanceof ConnectorError && FINAL_REASONS.has(error.reason));
    yield* readSlices(begin(), { concurrency: build.concurrency, isFinal });
  } finally {
    leave();
  }
}

/** What one slice meets, all others would meet. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['rate_limited', 'refused']);
