import { expect, test } from 'vitest';
import { freshScope } from './plan.ts';
import { claimsAll, judgeSweep, skippedNothing } from './sweep.ts';

const calm = { gaps: false, confirmed: false };

test('G4-18 sweeps what is missing, and holds when that is suspiciously much', () => {
  expect(judgeSweep({ unseen: 0, total: 100 }, calm)).toBe('nothing');
  expect(judgeSweep({ unseen: 50, total: 100 }, calm)).toBe('sweep');
  expect(judgeSweep({ unseen: 51, total: 100 }, calm)).toBe('hold');
  expect(judgeSweep({ unseen: 100, total: 100 }, { ...calm, confirmed: true })).toBe('sweep');
});

test('G4-18 never holds a small stream', () => {
  expect(judgeSweep({ unseen: 25, total: 25 }, calm)).toBe('sweep');
  expect(judgeSweep({ unseen: 26, total: 26 }, calm)).toBe('hold');
});

test('G4-18 holds when a record failed without a key: it may be one of the missing', () => {
  expect(judgeSweep({ unseen: 1, total: 100 }, { gaps: true, confirmed: false })).toBe('hold');
  expect(judgeSweep({ unseen: 1, total: 100 }, { gaps: true, confirmed: true })).toBe('sweep');
  expect(judgeSweep({ unseen: 0, total: 100 }, { gaps: true, confirmed: false })).toBe('nothing');
});

test('G4-18 a listing is complete when all its parts ended, a source of changes only when all of them say so', () => {
  const ended = { ...freshScope(undefined), ended: true };
  const complete = { ...ended, complete: true };
  expect(claimsAll({ deletes: 'listing' }, [ended, ended])).toBe(true);
  expect(claimsAll({ deletes: 'listing' }, [ended, freshScope(undefined)])).toBe(false);
  expect(claimsAll({ deletes: 'reported' }, [complete, ended])).toBe(false);
  expect(claimsAll({ deletes: 'reported' }, [complete, complete])).toBe(true);
  expect(claimsAll({ deletes: 'reported' }, [])).toBe(false);
  expect(skippedNothing([complete, { ...ended, whole: false }])).toBe(false);
});
