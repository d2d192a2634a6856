import type { MutableRecord } from '../model/records.ts';
import type { NextPageToken, StreamSlice } from '../model/slice.ts';
import type { StreamOutput, StreamReading } from '../model/stream.ts';
import { PageChannel } from './page-channel.ts';
import { asError } from './as-error.ts';
import { SliceSource } from './slice-source.ts';

/** After so many slices that failed one after the other, the rest are not tried. */
const MOST_FAILURES_IN_A_ROW = 10;

export interface ReadSlicesOptions {
  /** Slices that are read side by side. */
  readonly concurrency: number;
  /** Whether the failure of a slice is one of all slices, so that the others need not be tried. */
  readonly isFinal: (error: unknown) => boolean;
}

type Arrival =
  | { readonly type: 'page'; readonly records: readonly MutableRecord[] }
  /** All pages of the slice before that of `token` have arrived. */
  | { readonly type: 'turned'; readonly slice: StreamSlice; readonly token: NextPageToken }
  | { readonly type: 'read'; readonly slice: StreamSlice }
  | { readonly type: 'failed'; readonly error: Error };

/**
 * Reads all slices. A state is yielded only when all records of the slices that it counts have been yielded. A slice that
 * fails stays open; the others are read to their end, then comes the state, and then the first failure is thrown.
 */
export async function* readSlices(reading: StreamReading, options: ReadSlicesOptions): AsyncGenerator<StreamOutput> {
  const source = new SliceSource(reading.slices());
  const arrivals = new PageChannel<Arrival>(Math.max(2, options.concurrency));
  const readers = Array.from({ length: Math.max(1, options.concurrency) }, () => readOn(reading, source, arrivals));
  const readersEnd = Promise.all(readers).finally(() => arrivals.stop());
  const failures: Error[] = [];
  let failuresInARow = 0;
  try {
    for (let arrival = await arrivals.take(); arrival; arrival = await arrivals.take()) {
      if (arrival.type === 'failed') {
        failures.push(arrival.error);
        failuresInARow++;
        if (options.isFinal(arrival.error) || failuresInARow >= MOST_FAILURES_IN_A_ROW) source.fail(arrival.error);
      } else {
        if (arrival.type === 'read') failuresInARow = 0;
        yield* taken(reading, arrival);
      }
    }
    await readersEnd;
  } finally {
    arrivals.stop();
    await source.close();
    await readersEnd;
  }
  if (source.failure === undefined) reading.finish();
  yield* stateOf(reading);
  const [failure = source.failure] = failures;
  if (failure) throw failure;
}

function* taken(
  reading: StreamReading,
  arrival: Exclude<Arrival, { readonly type: 'failed' }>,
): Generator<StreamOutput> {
  if (arrival.type === 'page') {
    if (arrival.records.length > 0) yield { type: 'records', records: arrival.records };
    return;
  }
  if (arrival.type === 'turned') {
    if (reading.turn?.(arrival.slice, arrival.token)) yield* stateOf(reading);
    return;
  }
  reading.close(arrival.slice);
  if (reading.isStateDue()) yield* stateOf(reading);
}

function* stateOf(reading: StreamReading): Generator<StreamOutput> {
  const state = reading.state();
  if (state) yield { type: 'state', state };
}

async function readOn(reading: StreamReading, source: SliceSource, arrivals: PageChannel<Arrival>): Promise<void> {
  for (let slice = await source.next(); slice; slice = await source.next()) {
    for await (const arrival of arrivalsOf(reading, slice)) if (!(await arrivals.put(arrival))) return;
  }
}

async function* arrivalsOf(reading: StreamReading, slice: StreamSlice): AsyncGenerator<Arrival> {
  const turn = function* (): Generator<Arrival> {
    const token = reading.turned?.(slice);
    if (token) yield { type: 'turned', slice, token };
  };
  try {
    for await (const records of reading.read(slice)) {
      yield* turn();
      yield { type: 'page', records };
    }
    yield { type: 'read', slice };
  } catch (error) {
    yield* turn();
    yield { type: 'failed', error: asError(error) };
  }
}
