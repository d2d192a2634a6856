import { describe, expect, it } from 'vitest';
import { ndcg10 } from './ndcg.ts';

describe('nDCG@10', () => {
  const grades = new Map([
    ['a', 3],
    ['b', 1],
  ]);

  it('is 1 for the ideal order and less for any other', () => {
    expect(ndcg10(['a', 'b'], grades)).toBe(1);
    expect(ndcg10(['b', 'a'], grades)).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)), 10);
  });

  it('counts nothing behind the tenth place', () => {
    expect(ndcg10([...'0123456789'.split(''), 'a'], grades)).toBe(0);
  });

  it('is 0 when nothing is relevant', () => {
    expect(ndcg10(['a'], new Map())).toBe(0);
  });
});
