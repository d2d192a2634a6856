import type { z } from 'zod';

/** One problem of one field, as the borders report it. `path` is like `['body', 'name']`. */
export interface FieldIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly code: string;
}

/** Zod's issues as ours; an object with several unknown keys gives one issue for each. */
export function fieldIssues(issues: readonly z.core.$ZodIssue[], prefix: readonly (string | number)[]): FieldIssue[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message, code: codeOf(issue) }];
    return issue.keys.map((key) => ({ path: [...path, key], message: 'Unknown field', code: issue.code }));
  });
}

/** A refinement may name its own code: `z.refine(check, { params: { code: 'past_date' } })`. */
function codeOf(issue: z.core.$ZodIssue): string {
  const own = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof own === 'string' ? own : issue.code;
}
