import type { ConnectorContext } from '../../kit/context.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import { handClock, silentLog } from '../../testing/connector-probe.ts';
import type { Build } from '../model/build.ts';
import type { MutableRecord } from '../model/records.ts';
import type { ManifestStream, Retriever } from '../model/stream.ts';

/** A build for tests: no network, a clock that does not wait, streams that know their names, and what is given. */
export function testingBuild(given: Partial<Build> = {}): Build {
  const ctx = {
    clock: handClock(),
    log: silentLog,
    signal: new AbortController().signal,
  } as unknown as ConnectorContext;
  return {
    config: {},
    ctx,
    custom: new Map(),
    guard: (text) => text,
    shown: (text) => text,
    budget: { admit: () => Promise.resolve(), observe: () => undefined },
    concurrency: 2,
    manifest: { type: 'DeclarativeSource' },
    files: new Map(),
    stream: (definition) => {
      if (definition['broken'] === true) throw new ConnectorError('configuration', `no port of ${definition.type}`);
      return { name: definition['name'] } as ManifestStream;
    },
    retriever: () => retrieverOf([]),
    configChanged: () => Promise.resolve(),
    ...given,
  };
}

/** A retriever without partitions that reads `records`, in pages of two. */
export const retrieverOf = (records: readonly MutableRecord[]): Retriever => ({
  router: undefined,
  async *read() {
    for (let at = 0; at < records.length; at += 2) yield await Promise.resolve(records.slice(at, at + 2));
  },
});
