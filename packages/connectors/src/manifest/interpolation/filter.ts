import { bindArguments } from './bind-arguments.ts';
import type { KeywordArguments } from './py-function.ts';
import type { Run } from './run.ts';

/** A filter: `value | name(args)`. */
export type Filter = (
  run: Run,
  value: unknown,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
) => unknown;

/** A filter by its signature without the value: names in order, those with `?` may be missing and come as `undefined`. */
export function filter(
  signature: string,
  apply: (run: Run, value: unknown, ...args: readonly unknown[]) => unknown,
): Filter {
  const names = signature === '' ? [] : signature.split(' ').map((name) => name.replace('?', ''));
  const required = signature === '' ? 0 : signature.split(' ').filter((name) => !name.endsWith('?')).length;
  return (run, value, args, keywords) => apply(run, value, ...bindArguments(names, required, args, keywords));
}
