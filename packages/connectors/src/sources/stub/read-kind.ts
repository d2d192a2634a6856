import { z } from 'zod';
import type { ConnectorContext } from '../../kit/context.ts';
import type { Page } from '../../kit/page.ts';
import type { StubConfig } from './config.ts';
import { type Kind, kindChooser, kinds } from './kind.ts';
import { recordAt, type StubRow } from './records.ts';

/** `next`: the index to go on with; `made`: how many records of the kind are before it. */
export const Position = z.object({ next: z.int().min(0), made: z.int().min(0) });
export type Position = z.output<typeof Position>;

const PAGE_ROWS = 1_000;
const PAGE_BYTES = 2_000_000;
const USUAL_BYTES = 1_000;
/** With a delay, a page waits no longer than this for its last record. */
const PAGE_MS = 200;

interface Quota {
  /** How many records of the kind are made at most. */
  readonly records: number;
  /** The stream fails after them. */
  readonly fails: boolean;
}

/**
 * `fail_after` counts over all streams, in the order of `kinds`. The stream in which the count is reached fails, and so
 * do those after it, so that none of them seems to have been read to its end.
 */
function quotaOf(kind: Kind, config: StubConfig, choose: (index: number) => Kind): Quota {
  const { fail_after: failAfter, entity_count: count } = config;
  if (failAfter < 0 || failAfter > count) return { records: Infinity, fails: false };
  const earlier = new Set<Kind>(kinds.slice(0, kinds.indexOf(kind)));
  let before = 0;
  let own = 0;
  for (let index = 0; index < count; index += 1) {
    const chosen = choose(index);
    if (chosen === kind) own += 1;
    else if (earlier.has(chosen)) before += 1;
  }
  return { records: Math.max(0, failAfter - before), fails: before + own >= failAfter };
}

/** Reads one kind of record, page by page; `since` goes on inside the same listing. */
export async function* readKind<K extends Kind>(
  kind: K,
  { config, clock, signal }: ConnectorContext<StubConfig>,
  since: Position | undefined,
): AsyncGenerator<Page<StubRow<K>, Position>> {
  const choose = kindChooser(config.seed, config);
  const quota = quotaOf(kind, config, choose);
  const delay = config.generation_delay_ms;
  const pageRows = delay > 0 ? Math.max(1, Math.min(PAGE_ROWS, Math.floor(PAGE_MS / delay))) : PAGE_ROWS;
  let { next, made } = since ?? { next: 0, made: 0 };
  while (next < config.entity_count && made < quota.records) {
    signal.throwIfAborted();
    const upserts: StubRow<K>[] = [];
    const most = Math.min(pageRows, quota.records - made);
    for (let bytes = 0; next < config.entity_count && upserts.length < most && bytes < PAGE_BYTES; next += 1) {
      if (choose(next) !== kind) continue;
      const row = recordAt(kind, config, next);
      upserts.push(row);
      bytes += 'size' in row ? row.size : USUAL_BYTES;
    }
    made += upserts.length;
    yield { upserts, cursor: { next, made } };
    if (delay > 0) await clock.sleep(delay * upserts.length, signal);
  }
  // Fails like a bug would: it is not a `ConnectorError`, since no source gave a reason.
  if (quota.fails) throw new Error(`Stub simulated failure after ${config.fail_after} records (fail_after).`);
}
