import { isDeepStrictEqual } from 'node:util';

/** What came of one case. */
export type Verdict =
  | { readonly type: 'passed' }
  | { readonly type: 'failed'; readonly detail: string }
  /** It asserts something that we do not have, a Python object for example. */
  | { readonly type: 'notApplicable'; readonly reason: string };

export const PASSED: Verdict = { type: 'passed' };

export const notApplicable = (reason: string): Verdict => ({ type: 'notApplicable', reason });

/** Passed when both are the same as JSON; `undefined` members are as good as absent. */
export function expectSame(actual: unknown, expected: unknown): Verdict {
  const [plainActual, plainExpected] = [asJson(actual), asJson(expected)];
  if (isDeepStrictEqual(plainActual, plainExpected)) return PASSED;
  return { type: 'failed', detail: `got ${short(plainActual)}, expected ${short(plainExpected)}` };
}

/** Passed when `act` throws, and `matches` takes the message. */
export async function expectThrow(act: () => unknown, matches?: RegExp): Promise<Verdict> {
  try {
    const result = await act();
    return { type: 'failed', detail: `no error but ${short(result)}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return matches && !matches.test(message) ? { type: 'failed', detail: `another error: ${message}` } : PASSED;
  }
}

const asJson = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const short = (value: unknown): string => String(JSON.stringify(value)).slice(0, 400);
