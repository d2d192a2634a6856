import { describe, expect, test } from 'vitest';
import type { Slice, Stream } from '@tributary/connectors/kit/connector';
import type { StoredCursor } from '../collection-store/port.ts';
import { checkStreams, planStream } from './plan.ts';
import { scopeStateJson } from './scope-state.ts';
import type { ScopeState } from './scope-state.ts';

const GENERATION = 7;

const stream = {
  name: 'rows',
  incremental: true,
  deletes: 'reported',
  parseCursor: (cursor: unknown) => {
    if (typeof cursor !== 'number') throw new Error('foreign');
    return cursor;
  },
} as unknown as Stream;

function stored(state: Partial<ScopeState>, slice = ''): StoredCursor {
  const full = { generation: 6, ended: true, whole: true, complete: false, gaps: false, cursorField: null, ...state };
  return { stream: 'rows', slice, value: scopeStateJson(full), done: full.ended };
}

const plan = (
  cursors: readonly StoredCursor[],
  options: { stream?: Partial<Stream>; slices?: readonly Slice[]; cursorField?: string; sweepConfirmed?: boolean } = {},
) =>
  planStream({
    stream: { ...stream, ...options.stream },
    slices: options.slices,
    stored: cursors,
    generation: GENERATION,
    cursorField: options.cursorField ?? null,
    sweepConfirmed: options.sweepConfirmed ?? false,
  });

const fresh = { cursor: undefined, ended: false, whole: true };

describe('planStream', () => {
  test('starts at the beginning when nothing is stored', () => {
    expect(plan([])).toMatchObject({ scopes: [fresh], forget: false });
  });

  test('goes on from the cursor of a read that ended, which has skipped nothing', () => {
    expect(plan([stored({ cursor: 5 })]).scopes).toMatchObject([{ cursor: 5, ended: false, whole: true }]);
  });

  test('goes on from the middle of an older read, and knows that it cannot tell what is missing', () => {
    expect(plan([stored({ cursor: 5, ended: false })]).scopes).toMatchObject([{ cursor: 5, whole: false }]);
  });

  test('goes on with the own listing, and does not read again what has ended', () => {
    const slices = [{ id: 'a' }, { id: 'b' }];
    const own = { generation: GENERATION, cursor: 5 };
    const cursors = [
      stored({ ...own, complete: true, gaps: true }, 'a'),
      stored({ ...own, ended: false, whole: false }, 'b'),
    ];
    expect(plan(cursors, { slices, stream: { incremental: false } }).scopes).toMatchObject([
      { ended: true, complete: true, gaps: true },
      { cursor: 5, ended: false, whole: false },
    ]);
  });

  test('a position in an older listing means nothing to a stream that is not incremental', () => {
    expect(plan([stored({ cursor: 5, ended: false })], { stream: { incremental: false } })).toMatchObject({
      scopes: [fresh],
      forget: false,
    });
  });

  test('reads the whole stream when one cursor has a foreign shape, or belongs to another cursor field', () => {
    const slices = [{ id: 'a' }, { id: 'b' }];
    const cursors = [stored({ cursor: 'x' }, 'a'), stored({ cursor: 5 }, 'b')];
    expect(plan(cursors, { slices })).toMatchObject({ scopes: [fresh, fresh], forget: true });
    expect(plan([stored({ cursor: 5 })], { cursorField: 'updated_at' })).toMatchObject({
      scopes: [fresh],
      forget: true,
    });
    expect(plan([{ stream: 'rows', slice: '', value: ['foreign'], done: true }])).toMatchObject({ scopes: [fresh] });
  });

  test('names the slices that are gone, so that they start anew should they come back', () => {
    expect(plan([stored({ cursor: 5 }, 'old'), stored({ cursor: 5 }, 'a')], { slices: [{ id: 'a' }] })).toMatchObject({
      vanishedSlices: ['old'],
      scopes: [{ cursor: 5 }],
    });
  });

  test('reads a source of changes from its start once its held sweep is confirmed', () => {
    const held = { unseen: 30, total: 40 };
    const cursors = [stored({ cursor: 5, held })];
    expect(plan(cursors)).toMatchObject({ scopes: [{ cursor: 5 }], forget: false, held });
    expect(plan(cursors, { sweepConfirmed: true })).toMatchObject({ scopes: [fresh], forget: true, held: undefined });
    expect(plan([stored({ cursor: 5 })], { sweepConfirmed: true })).toMatchObject({ scopes: [{ cursor: 5 }] });
    // A listing names everything each time: no need to start over.
    expect(plan(cursors, { sweepConfirmed: true, stream: { deletes: 'listing' } })).toMatchObject({ forget: false });
  });

  test('reads a source of changes from its start when an older job ended before its sweep', () => {
    expect(plan([stored({ cursor: 5, complete: true })])).toMatchObject({ scopes: [fresh], forget: true });
    expect(plan([stored({ cursor: 5, complete: true, generation: GENERATION })])).toMatchObject({ forget: false });
  });

  test('refuses slices and streams that cannot be told apart', () => {
    expect(() => plan([], { slices: [{ id: 'a' }, { id: 'a' }] })).toThrow('rows names a slice twice: a');
    expect(() => checkStreams([stream, stream])).toThrow('names a stream twice: rows');
    expect(() => checkStreams([stream])).not.toThrow();
  });
});
