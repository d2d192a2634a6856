import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { HttpRequest } from '../../kit/http-client.ts';
import { Secret } from '../../kit/secret.ts';
import { handClock } from '../../testing/connector-probe.ts';
import type { JsonObject } from '../../kit/json.ts';
import { testingBuild } from '../requests/testing-build.ts';
import { buildBudget } from './build-budget.ts';
import { movingWindowPolicy } from './moving-window-policy.ts';

const START = 1_800_000_000_000;

function budgetOf(policies: readonly JsonObject[], more: JsonObject = {}, config: JsonObject = {}) {
  const build = testingBuild({ config });
  const clock = handClock(START);
  const budget = buildBudget({ type: 'HTTPAPIBudget', policies, ...more }, { config, ctx: { ...build.ctx, clock } });
  return { budget, clock };
}

const request: HttpRequest = { url: 'https://api.example.com/v1/pets' };
const moving = (limit: number | string, interval: string, matchers: readonly JsonObject[] = []): JsonObject => ({
  type: 'MovingWindowCallRatePolicy',
  rates: [{ limit, interval }],
  matchers,
});

test('a moving window holds calls back until old ones have left it', async () => {
  const { budget, clock } = budgetOf([moving("{{ config['calls'] }}", 'PT10S')], {}, { calls: 2 });
  await budget.admit(request);
  clock.set(START + 4_000);
  await budget.admit(request);
  await budget.admit(request);
  expect(clock.now()).toBe(START + 10_000);
  await budget.admit(request);
  expect(clock.now()).toBe(START + 14_000);
});

test('no window of its length ever sees more calls than a rate allows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 5 })), { maxLength: 60 }),
      (limit, calls) => {
        const policy = movingWindowPolicy([{ limit, intervalMs: 1_000 }]);
        const taken: { at: number; weight: number }[] = [];
        let now = 0;
        for (const [gap, wanted] of calls) {
          now += gap;
          const weight = Math.min(wanted, limit);
          for (let wait = policy.take(now, weight); wait > 0; wait = policy.take(now, weight)) now += wait;
          taken.push({ at: now, weight });
        }
        for (const { at } of taken) {
          const inside = taken.filter((call) => call.at >= at && call.at < at + 1_000);
          expect(inside.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});

test('a fixed window begins anew at its reset, and takes what the source says is left', async () => {
  const { budget, clock } = budgetOf([
    { type: 'FixedWindowCallRatePolicy', call_limit: 3, period: 'PT20S', matchers: [] },
  ]);
  await budget.admit(request);
  budget.observe(request, { status: 200, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '9' } });
  await budget.admit(request);
  expect(clock.now()).toBe(START + 9_000);
});

test('a long wait is given to the job', async () => {
  const { budget } = budgetOf([moving(1, 'PT1H')]);
  await budget.admit(request);
  await expect(budget.admit(request)).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 3_600_000 });
});

test('a refusal fills the window although fewer calls were counted', async () => {
  const { budget, clock } = budgetOf([moving(5, 'PT10S')]);
  await budget.admit(request);
  budget.observe(request, { status: 429, headers: {} });
  await budget.admit(request);
  expect(clock.now()).toBe(START + 10_000);
});

test('the first policy that fits counts a request, by the weight of its matcher', async () => {
  const { budget, clock } = budgetOf([
    { type: 'UnlimitedCallRatePolicy', matchers: [{ headers: { 'X-Sandbox': 'yes' } }] },
    moving(4, 'PT5S', [
      { method: 'get', url_base: 'https://api.example.com/', url_path_pattern: '^/v1/files($|/)', weight: 4 },
      { params: { heavy: 1 }, weight: 2 },
    ]),
  ]);
  const files: HttpRequest = { url: 'https://api.example.com/v1/files/' };
  for (let count = 0; count < 9; count += 1) {
    await budget.admit({ ...files, headers: { 'x-sandbox': 'yes' } });
    await budget.admit(request);
  }
  await budget.admit(files);
  expect(clock.now()).toBe(START);
  await budget.admit({ ...request, query: { heavy: [1, 2], key: new Secret('hush') } });
  expect(clock.now()).toBe(START + 5_000);
});

test('a matcher that weighs more than its policy allows is a mistake of the manifest', () => {
  expect(() => budgetOf([moving(4, 'PT5S', [{ weight: 5 }])])).toThrow(/weighs more/);
});
