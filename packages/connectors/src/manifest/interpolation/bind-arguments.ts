import type { KeywordArguments } from './py-function.ts';
import { TemplateFault } from './template-fault.ts';

/**
 * The arguments of a call in the order of `names`; those that are not given are `undefined`. The first `required` must be.
 */
export function bindArguments(
  names: readonly string[],
  required: number,
  args: readonly unknown[],
  keywords: KeywordArguments | undefined,
): readonly unknown[] {
  if (args.length > names.length) throw new TemplateFault('type', 'a call has too many arguments');
  if (keywords === undefined && args.length >= required) return args;
  const bound: unknown[] = [...args];
  for (const [name, value] of keywords ?? []) {
    const index = names.indexOf(name);
    if (index < 0) throw new TemplateFault('type', `a call has no argument "${name}"`);
    if (index < args.length) throw new TemplateFault('type', `the argument "${name}" is given twice`);
    bound[index] = value;
  }
  for (let index = 0; index < required; index++) {
    if (bound[index] === undefined)
      throw new TemplateFault('type', `a call lacks the argument "${names[index] ?? ''}"`);
  }
  return bound;
}
