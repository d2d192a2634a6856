import { bindArguments } from './bind-arguments.ts';
import type { KeywordArguments } from './py-function.ts';
import type { Run } from './run.ts';

/** A method of a Python type. */
export type Method<Self> = (
  run: Run,
  self: Self,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
) => unknown;

/**
 * A method by its signature: parameter names in order, those with `?` at the end may be missing (`a b?`). What is missing comes
 * as `undefined`.
 */
export function method<Self>(
  signature: string,
  apply: (run: Run, self: Self, ...args: readonly unknown[]) => unknown,
): Method<Self> {
  const names = signature === '' ? [] : signature.split(' ').map((name) => name.replace('?', ''));
  const required = signature === '' ? 0 : signature.split(' ').filter((name) => !name.endsWith('?')).length;
  return (run, self, args, keywords) => apply(run, self, ...bindArguments(names, required, args, keywords));
}
