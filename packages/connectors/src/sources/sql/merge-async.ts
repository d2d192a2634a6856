/**
 * Yields what several generators yield, as it comes; each is asked for its next value only after the last one was taken.
 * Leaving the loop, or an error in one, tells all of them to end.
 */
export async function* mergeAsync<T>(sources: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  type Turn = { readonly source: AsyncGenerator<T>; readonly result: IteratorResult<T, unknown> };
  const ask = async (source: AsyncGenerator<T>): Promise<Turn> => ({ source, result: await source.next() });
  const waiting = new Map(sources.map((source) => [source, ask(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      waiting.delete(source);
      if (result.done) continue;
      yield result.value;
      waiting.set(source, ask(source));
    }
  } finally {
    // Not awaited: a source that waits for its server ends when its connection is cut, which is up to the caller.
    for (const turn of waiting.values()) turn.catch(() => undefined);
    for (const source of sources) source.return(undefined).catch(() => undefined);
  }
}
