import type { MutableRecord } from '../model/records.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { StreamOutput, StreamReading } from '../model/stream.ts';
import { PageChannel } from './page-channel.ts';
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
  | { readonly type: 'read'; readonly slice: StreamSlice }
  | { readonly type: 'failed'; readonly error: unknown };

/**
 * Reads all slices. A state is yielded only when all records of the slices that it counts have been yielded. A slice that
 * fails stays open; the others are read to their end, then comes the state, and then the first failure is thrown.
 */
export async function* readSlices(reading: StreamReading, options: ReadSlicesOptions): AsyncGenerator<StreamOutput> {
  const source = new SliceSource(reading.slices());
  const arrivals = new PageChannel<Arrival>(Math.max(2, options.concurrency));
  const readers = Array.from({ length: Math.max(1, options.concurrency) }, () => readOn(reading, source, arrivals));
  const readersEnd = Promise.all(readers).finally(() => arrivals.stop());
  const failures: unknown[] = [];
  let failuresInARow = 0;
  try {
    for (let arrival = await arrivals.take(); arrival; arrival = await arrivals.take()) {
      if (arrival.type === 'page') {
        if (arrival.records.length > 0) yield { type: 'records', records: arrival.records };
      } else if (arrival.type === 'read') {
        failuresInARow = 0;
        reading.close(arrival.slice);
        if (reading.isStateDue()) yield* stateOf(reading);
      } else {
        failures.push(arrival.error);
        failuresInARow++;
        if (options.isFinal(arrival.error) || failuresInARow >= MOST_FAILURES_IN_A_ROW) source.fail(arrival.error);
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
  const failure = failures[0] ?? source.failure;
  if (failure !== undefined) throw failure;
}

function* stateOf(reading: StreamReading): Generator<StreamOutput> {
  const state = reading.state();
  if (state) yield { type: 'state', state };
}

async function readOn(reading: StreamReading, source: SliceSource, arrivals: PageChannel<Arrival>): Promise<void> {
  for (let slice = await source.next(); slice; slice = await source.next()) {
    try {
      for await (const records of reading.read(slice)) {
        if (!(await arrivals.put({ type: 'page', records }))) return;
      }
      if (!(await arrivals.put({ type: 'read', slice }))) return;
    } catch (error) {
      if (!(await arrivals.put({ type: 'failed', error }))) return;
    }
  }
}
