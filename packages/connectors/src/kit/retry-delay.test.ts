import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedDelayMs, jitteredDelayMs } from './retry-delay.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('asked delay', () => {
  test.each([
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'ratelimit-reset': '7' }, 7_000],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 60) }, 60_000],
    [{ 'x-ratelimit-reset': String(NOW + 1_500) }, 1_500],
    [{ 'x-rate-limit-reset': '2026-11-22T12:00:10Z' }, 10_000],
    [{ 'x-ratelimit-reset-after': '1.25' }, 1_250],
    [{ 'retry-after': '5', 'x-ratelimit-reset': String(NOW / 1000 + 60) }, 5_000],
    [{}, undefined],
  ])('reads %j as %s ms', (headers, ms) => {
    expect(askedDelayMs(headers, NOW)).toBe(ms);
  });

  test('never asks to travel back in time, whatever the headers say', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (retryAfter, reset) => {
        const ms = askedDelayMs({ 'retry-after': retryAfter, 'x-ratelimit-reset': reset }, NOW);
        expect(ms === undefined || ms >= 0).toBe(true);
      }),
    );
  });
});

test('jitter spreads over the whole of a growing interval and stays below its ceiling', () => {
  const options = { firstMs: 500, maxMs: 30_000 };
  expect([0, 1, 2, 10, 5_000].map((attempt) => jitteredDelayMs(attempt, options, () => 1))).toEqual([
    500, 1_000, 2_000, 30_000, 30_000,
  ]);
  expect(jitteredDelayMs(3, options, () => 0)).toBe(0);
});
