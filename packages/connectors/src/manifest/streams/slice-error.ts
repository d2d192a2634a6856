import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build } from '../model/build.ts';
import type { StreamSlice } from '../model/slice.ts';
import { namesStream } from './names-stream.ts';

/** Longer slices, of many grouped partitions, are cut. */
const MOST_CHARACTERS = 200;

export interface FailedSlice {
  readonly stream: string;
  readonly slice: StreamSlice;
  readonly build: Build;
}

/** The error with stream and slice in its words; what connectors do not throw comes back as it is. */
export function sliceError(error: unknown, { stream, slice, build }: FailedSlice): unknown {
  // The host's own words could show values; what it means is known: recursion or a text without end.
  if (error instanceof RangeError) return sliceError(tooMuch(error), { stream, slice, build });
  if (!(error instanceof ConnectorError)) return error;
  const { reason, message, retryAfterMs } = error;
  const named = namesStream(message, stream) ? message : `Stream "${stream}": ${message}`;
  const parts = { ...slice.partition, ...slice.cursorSlice };
  // A parent that failed while this stream was divided has named its own slice.
  if (Object.keys(parts).length === 0 || message.includes('(slice ')) {
    if (named === message) return error;
    return new ConnectorError(reason, named, { cause: error, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  }
  const text = build.shown(JSON.stringify(parts));
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return new ConnectorError(reason, `${named} (slice ${shown})`, {
    cause: error,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const tooMuch = (error: RangeError): ConnectorError =>
  new ConnectorError(
    'invalid_answer',
    'An answer is nested too deep or too large to be worked on; ask for less of it (page size, fields) in the manifest.',
    { cause: error },
  );
