import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canMove, isTerminal, jobStates, leasedStates, liveStates, move, moves, statesBefore } from './states.ts';

const state = fc.constantFrom(...jobStates);

test('every walk of legal moves ends where nothing more can happen, and never leaves again', () => {
  fc.assert(
    fc.property(fc.array(state, { maxLength: 40 }), (wishes) => {
      let now: (typeof jobStates)[number] = 'pending';
      let over = false;
      for (const wish of wishes) {
        if (!canMove(now, wish)) continue;
        expect(over).toBe(false);
        now = move(now, wish);
        over = isTerminal(now);
      }
      expect(isTerminal(now)).toBe(!(liveStates as readonly string[]).includes(now));
    }),
  );
});

test('each live state can reach an end', () => {
  const reaches = (from: (typeof jobStates)[number], seen: readonly string[] = []): boolean =>
    isTerminal(from) || moves[from].some((to) => !seen.includes(to) && reaches(to, [...seen, from]));
  for (const from of liveStates) expect(reaches(from)).toBe(true);
});

test('a move that is not in the table stops', () => {
  fc.assert(
    fc.property(state, state, (from, to) => {
      if (statesBefore(to).includes(from)) expect(move(from, to)).toBe(to);
      else expect(() => move(from, to)).toThrow(`a job cannot go from ${from} to ${to}`);
    }),
  );
});

test('only a claim leads to a lease, and a job that is being cancelled never waits again', () => {
  for (const leased of leasedStates)
    expect(statesBefore(leased).every((from) => liveStates.includes(from as never))).toBe(true);
  expect(statesBefore('running')).toEqual(['pending']);
  expect(canMove('cancelling', 'pending')).toBe(false);
  expect(canMove('cancelling', 'interrupted')).toBe(false);
});
