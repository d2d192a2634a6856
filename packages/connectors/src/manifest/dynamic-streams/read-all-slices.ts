import type { MutableRecord } from '../model/records.ts';
import { EMPTY_SLICE } from '../model/slice.ts';
import type { StreamSlice } from '../model/slice.ts';
import type { Retriever } from '../model/stream.ts';

/** Reads a retriever that belongs to no stream: its partitions one after the other, or all at once when it has none. */
export async function* readAllSlices(
  retriever: Retriever,
): AsyncGenerator<{ readonly slice: StreamSlice; readonly records: readonly MutableRecord[] }> {
  const { router } = retriever;
  const providers = router ? [router] : [];
  for await (const slice of router ? router.partitions() : [EMPTY_SLICE]) {
    for await (const records of retriever.read(slice, { providers })) yield { slice, records };
  }
}
