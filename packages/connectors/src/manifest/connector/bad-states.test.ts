import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../kit/json.ts';
import { byDay, dividedInto, errorOf, json, retriever, trial } from './testing-bad-input.ts';
import type { TrialOptions } from './testing-bad-input.ts';

const daily = byDay({
  start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
});
const divided = dividedInto('a', 'b');
const one: JsonObject = { incremental_sync: daily };
const many: JsonObject = { incremental_sync: daily, retriever: retriever('/bad', divided) };
const byPartition = (a: Json, more: JsonObject = {}): JsonObject => ({
  use_global_cursor: false,
  states: [{ partition: { p: 'a' }, cursor: { at: a } }],
  ...more,
});

/** What the stream asks for when it goes on from a state, in the order of its texts. */
async function askedFrom(bad: JsonObject, state: JsonObject, options: TrialOptions = {}): Promise<readonly string[]> {
  const { outcomes, asked } = await trial(bad, {
    state,
    answer: (_request, response) => json(response, [{ id: 3, at: '2024-01-09' }]),
    ...options,
  });
  const outcome = outcomes.get('bad');
  if (outcome?.error !== undefined) throw outcome.error as Error;
  expect(outcome?.states.length).toBeGreaterThan(0);
  return asked.filter((path) => path.startsWith('/bad')).toSorted();
}

const whole = ['/bad?from=2024-01-01'];
const both = (a: string, b: string): string[] => [`/bad?from=${a}&p=a`, `/bad?from=${b}&p=b`].toSorted();
const START = '2024-01-01';
const LATER = '2024-01-05';

test.each<readonly [title: string, state: JsonObject, asked: readonly string[]]>([
  ['of another stream', { updated: LATER }, whole],
  ['of a stream that is read whole', { __ab_full_refresh_sync_complete: true }, whole],
  ['that is empty', {}, whole],
  ['with no value', { at: null }, whole],
  ['with partitions and none for all', byPartition(LATER), whole],
  ['with partitions and one for all', byPartition('2024-01-07', { state: { at: LATER } }), [`/bad?from=${LATER}`]],
  ['for all with no mapping', { use_global_cursor: true, state: 5 }, whole],
  ['by ids, from before there were partitions', { '17': { at: LATER } }, whole],
])('a state %s is gone on from as far as it says something', async (_title, state, asked) => {
  expect(await askedFrom(one, state)).toEqual(asked);
});

test.each<readonly [title: string, state: JsonObject, asked: readonly string[]]>([
  ['of another stream', { updated: LATER }, both(START, START)],
  ['of one cursor', { at: LATER }, both(LATER, LATER)],
  ['by partitions', byPartition(LATER), both(LATER, START)],
  [
    'by partitions, with one for the others',
    byPartition('2024-01-07', { state: { at: LATER } }),
    both('2024-01-07', LATER),
  ],
  [
    'for all, with older ones by partitions',
    byPartition('2024-01-07', { use_global_cursor: true, state: { at: LATER } }),
    both(LATER, LATER),
  ],
  ['whose partitions are no list', { states: 'many' }, both(START, START)],
  [
    'whose partitions are no mappings',
    { states: [null, 5, { partition: 'a', cursor: { at: LATER } }] },
    both(START, START),
  ],
  [
    'of partitions that are divided otherwise',
    { states: [{ partition: { q: 'a' }, cursor: { at: LATER } }] },
    both(START, START),
  ],
  ['with parents that it does not have', byPartition(LATER, { parent_state: [1] }), both(LATER, START)],
  ['with a time to look back that is none', byPartition(LATER, { lookback_window: 'soon' }), both(LATER, START)],
  ['by ids, from before there were partitions', { a: { at: LATER } }, both(START, START)],
])('a state of partitions %s is gone on from as far as it says something', async (_title, state, asked) => {
  expect(await askedFrom(many, state)).toEqual(asked);
});

test.each([
  ['a partition', byPartition('soon')],
  ['all partitions', { use_global_cursor: true, state: { at: [LATER] } }],
])('a state with a value of %s that is no time asks for a reading from the start', async (_title, state) => {
  const { outcomes, asked } = await trial(many, { state });
  const error = errorOf(outcomes.get('bad')?.error);
  expect(error.reason).toBe('cursor_expired');
  expect(error.message).toMatch(/^Stream "?bad"?: .*value of 'at'/);
  expect(asked.filter((path) => path.startsWith('/bad'))).toEqual([]);
});

test.each([5, 'text', [{ at: LATER }]])('a state %j is none, and asks for a reading from the start', async (state) => {
  const { outcomes } = await trial(one, { state: state as unknown as JsonObject });
  expect(errorOf(outcomes.get('bad')?.error)).toMatchObject({ reason: 'cursor_expired' });
});
