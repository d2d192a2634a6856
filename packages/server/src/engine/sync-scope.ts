import type { Stream } from '@tributary/connectors/kit/connector';
import type { Json } from '@tributary/connectors/kit/json';
import type { Page } from '@tributary/connectors/kit/page';
import type { Clock } from '../lib/clock.ts';
import type { CursorWrite } from '../collection-store/port.ts';
import { failpoint } from '../lib/failpoints.ts';
import { LoopGuard } from './loop-guard.ts';
import type { Batch, Normaliser } from './normalise.ts';
import { sliceId } from './plan.ts';
import type { Scope } from './plan.ts';
import type { Quarantine } from './quarantine.ts';
import { readAhead } from './read-ahead.ts';
import type { ScopeState } from './scope-state.ts';
import type { StoreGate } from './store-gate.ts';
import type { StreamPolicy } from './stream-policy.ts';

export interface ScopeReading {
  readonly stream: Stream;
  readonly normaliser: Normaliser;
  readonly store: StoreGate;
  readonly quarantine: Quarantine;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly generation: number;
  readonly cursorField: string | null;
  readonly held: ScopeState['held'];
  readonly policy: StreamPolicy;
  /** Called when a cursor was committed that differs from the one before. */
  readonly onProgress: () => void;
}

const NOTHING: Batch = { upserts: [], present: [], deletes: [], failures: [] };

/**
 * Reads a scope from its cursor to its end and stores every page; `scope` always says what is committed, so that after
 * a fault the same call goes on from there. Throws what the connector and the store throw.
 */
export async function syncScope(reading: ScopeReading, scope: Scope): Promise<void> {
  const { stream, signal, clock, quarantine } = reading;
  const since = scope.cursor === undefined ? undefined : stream.parseCursor(scope.cursor);
  if (since === undefined) await forgetEarlierTries(reading);
  const loops = new LoopGuard();
  const reach = { complete: scope.complete };
  // Whoever looks for the record that killed a worker reads nothing beside it.
  const pages = readAhead(stream.read(since, scope.slice), signal, clock, quarantine.careful ? 0 : 1);
  for await (const page of pages)
    for await (const part of quarantine.parts(reading.normaliser, page))
      await storePart(reading, scope, part, { loops, reach });
  failpoint('read.scope-ended');
  scope.complete = reach.complete;
  scope.ended = true;
  await storeState(reading, scope, { ...NOTHING, failures: reading.normaliser.takeLateFailures() });
}

/** `reach.complete`: some page has said that the read names everything; it counts from its cursor on. */
async function storePart(
  reading: ScopeReading,
  scope: Scope,
  given: Page,
  { loops, reach }: { readonly loops: LoopGuard; readonly reach: { complete: boolean } },
): Promise<void> {
  failpoint('read.page-fetched');
  const page = reading.normaliser.normalise(given);
  failpoint('read.page-normalised');
  loops.observe(page);
  reach.complete ||= page.complete;
  scope.gaps ||= page.unnamedFailures;
  // Who names keys apart from the rows lists them, and does not count on what an older job has read.
  scope.whole ||= (given.present?.length ?? 0) > 0;
  const last = page.batches.length - 1;
  for (const [index, batch] of page.batches.entries()) {
    if (index < last || page.cursor === undefined) await reading.store.apply({ ...pageOf(reading, scope), ...batch });
    else await storeWithCursor(reading, scope, batch, { cursor: page.cursor, complete: reach.complete });
  }
  failpoint('read.page-stored');
}

/** What an earlier try named may be gone, and a source of changes tells only of those after the new beginning. */
async function forgetEarlierTries({ stream, store }: ScopeReading): Promise<void> {
  // Other slices may have been read to their end already; what they named counts.
  if (stream.deletes === 'reported' && !stream.slices) await store.forgetCursors(stream.name);
}

async function storeWithCursor(
  reading: ScopeReading,
  scope: Scope,
  batch: Batch,
  { cursor, complete }: { readonly cursor: Json; readonly complete: boolean },
): Promise<void> {
  const before = scope.cursor;
  await storeState(reading, { ...scope, cursor, complete }, batch);
  scope.cursor = cursor;
  // From here on a later try begins after the pages that named everything, and need not say it again.
  scope.complete = complete;
  if (JSON.stringify(before) !== JSON.stringify(cursor)) reading.onProgress();
}

/** Stores a batch with the scope's state behind it. */
export async function storeState(
  reading: Omit<ScopeReading, 'normaliser' | 'onProgress' | 'quarantine'>,
  scope: Scope,
  batch: Batch = NOTHING,
): Promise<void> {
  await reading.store.apply({ ...pageOf(reading, scope), ...batch, cursor: cursorWrite(reading, scope) });
}

/** Overwrites the cursor of a slice that is gone, so that it starts anew should it ever come back. */
export async function forgetSlice(reading: Pick<ScopeReading, 'stream' | 'store'>, slice: string): Promise<void> {
  const cursor = { value: null, durable: false, done: false };
  await reading.store.apply({ ...pageOf(reading, { slice: { id: slice } }), ...NOTHING, cursor });
}

function pageOf({ stream }: Pick<ScopeReading, 'stream'>, scope: Pick<Scope, 'slice'>) {
  return { stream: stream.name, entityType: stream.entityType, slice: sliceId(scope) };
}

function cursorWrite(
  { stream, generation, cursorField, held, policy }: Omit<ScopeReading, 'normaliser' | 'onProgress' | 'quarantine'>,
  { cursor, ended, whole, complete, gaps }: Scope,
): CursorWrite {
  const state: ScopeState = {
    ...(cursor !== undefined && { cursor }),
    generation,
    ended,
    whole,
    complete,
    gaps,
    cursorField,
    ...(held && { held }),
  };
  // A position inside one listing is of no use to the next.
  return { value: policy.write(state), durable: stream.incremental, done: ended };
}
